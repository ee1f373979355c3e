// Package membershttp holds the pages by which people come in and leave: one-time sign-in links, signing out,
// and the language of the interface.
//
// Promises: opening a sign-in link uses nothing up, only pressing its button does, so that the preview of a
// mail program cannot burn it; a link that no longer holds says so and how to have another; nothing here
// tells whether a person exists.
package membershttp
