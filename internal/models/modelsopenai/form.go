package modelsopenai

import "bytes"

// contentType tells what a body is: JSON, or a form, which begins with its boundary as no JSON does.
func contentType(body []byte) string {
	rest, isForm := bytes.CutPrefix(body, []byte("--"))
	if !isForm {
		return "application/json"
	}
	boundary, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return "multipart/form-data; boundary=" + string(boundary)
}
