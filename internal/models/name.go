package models

import "github.com/solidaire-coop/solidaire/internal/core"

// maxName bounds a model's name.
const maxName = 100

// CheckName accepts the names that a model can bear: letters, digits and . _ - : /, first a letter or
// digit, so that it is safe in a URL, a log and a command line.
func CheckName(name string) error {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		mark := i > 0 && (c == '.' || c == '_' || c == '-' || c == ':' || c == '/')
		if !letter && !mark {
			return core.E(core.Invalid, "errors.model_name", nil)
		}
	}
	if name == "" || len(name) > maxName {
		return core.E(core.Invalid, "errors.model_name", nil)
	}
	return nil
}
