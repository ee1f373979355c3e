// Package arch holds no code: its tests enforce the shape of the house. They read the sources with go/parser
// and fail with the reason.
//
//   - Imports only go down; see the table in rules_test.go.
//   - A folder that the table does not know fails, and so does a row without a folder.
//   - House limits: no init(), no file over 600 lines, a doc comment on every package that says what it
//     promises, no call that hides a dependency on time, environment, output or the default HTTP client.
package arch
