// Package webtest looks at pages the way people do: in a real browser, on a desk and on a telephone, in
// daylight and in the dark, in each language; and checks them with axe-core (MPL-2.0, in testdata).
//
// A test that needs the browser is skipped, with the reason, where Chromium is not installed, unless
// SOLIDAIRE_TEST_BROWSER=required. Pictures are kept in the folder that SOLIDAIRE_TEST_PICTURES names.
package webtest
