// Package pagetest helps test the pages of a module: a site with people already signed in, requests as a
// browser makes them, and what a reader finds in the page that comes back.
package pagetest
