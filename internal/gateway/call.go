package gateway

import "github.com/solidaire-coop/solidaire/internal/models"

// Call is a request for text as an engine will read it.
type Call struct {
	// Dialect is what Body is written in. An engine that speaks the same one gets the same bytes, and its reply comes back
	// as it sent it; for any other one Body is OpenAI's and both ways are translated.
	Dialect models.Dialect
	// Path is where Body goes, "" for where the dialect's chat does.
	Path string
	// Prompt says that Body is a legacy completion: a prompt that goes on, without messages.
	Prompt bool
	// Whole says that Body asks for the answer at one go.
	Whole bool
	Body  []byte
}

// call writes the request for the model that was chosen: in the client's own dialect where its engine speaks it too.
func (c Completion) call(model models.Model, maxOutput int) Call {
	if c.Native != nil && c.Dialect == model.Dialect {
		return Call{Dialect: c.Dialect, Path: c.NativePath, Body: c.Native(maxOutput)}
	}
	if c.Whole != nil && model.Whole {
		return Call{Prompt: c.Prompt, Whole: true, Body: c.Whole(maxOutput)}
	}
	return Call{Prompt: c.Prompt, Body: c.Body(maxOutput)}
}

// messagesCall is the request for messages that come from our own pages.
func (s *Service) messagesCall(messages []Message) func(models.Model, int) Call {
	return func(model models.Model, maxOutput int) Call {
		return Call{Body: s.Engine.ChatBody(model.Name, messages, maxOutput)}
	}
}

// Native tells whether events are in the client's own dialect, as its engine sent them, instead of OpenAI's chunks.
func (x *Exchange) Native() bool { return x.native }

// Break ends an exchange whose events the surface cannot hand on: its record says that the answer was broken off.
func (x *Exchange) Break(why error) error {
	if x.ended == nil {
		x.end(why)
	}
	return why
}
