// Package memoryhttp is the pages of the memory: search, the list of documents, adding and erasing them, and
// the reader, which shows a version whole and highlights the exact range that an answer quoted.
//
// Promises: what documents say is shown word for word, in serif, and always as text, never as markup; a
// range that is not in the text is a clear error; a page never holds more than a bounded part of a long
// text; only the operator adds or erases, and each file that fails says why.
package memoryhttp
