package audit

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// RecordFormat is the version tag of the canonical bytes of a record.
const RecordFormat = "solidaire-record/1"

// MaxRecordBytes bounds the canonical bytes of one record.
const MaxRecordBytes = 64 << 10

const milliUTC = "2006-01-02T15:04:05.000Z"

// AppendCanonical appends the canonical bytes of the record to dst: one JSON object, fields in the order of
// the type, no spaces, no escape that JSON does not need, the time in UTC to the millisecond. Equal records
// have equal bytes, and ParseRecord accepts nothing else.
//
// core.Invalid when a field is missing or out of bounds: what is not a whole record is never committed to.
func (r Record) AppendCanonical(dst []byte) ([]byte, error) {
	if err := r.validate(); err != nil {
		return dst, err
	}
	start := len(dst)
	o := openObject(dst)
	o.plain("format", RecordFormat)
	r.appendFields(&o)
	o.close()
	if o.bad {
		return dst, invalidRecord("energy")
	}
	if len(o.b)-start > MaxRecordBytes {
		return dst, core.E(core.TooLarge, "errors.audit_record_too_large", core.Args{"Max": MaxRecordBytes})
	}
	return o.b, nil
}

func (r Record) appendFields(o *object) {
	o.plain("id", string(r.ID))
	o.text("organisation", string(r.Organisation))
	o.text("person", string(r.Person))
	o.optionalText("credential", string(r.Credential))
	o.name("time")
	o.b = append(r.Time.UTC().AppendFormat(append(o.b, '"'), milliUTC), '"')
	o.text("action", r.Action)
	o.plain("charter", r.Charter)
	o.text("decision", string(r.Decision))
	o.name("articles")
	o.b = appendIntegers(o.b, r.Articles)
	if r.Restriction != "" {
		o.plain("restriction", r.Restriction)
	}
	if len(r.DataClasses) > 0 {
		o.name("data_classes")
		o.b = appendClasses(o.b, r.DataClasses)
	}
	o.optionalText("model", r.Model)
	o.optionalText("model_digest", r.ModelDigest)
	o.text("node", r.Node)
	if len(r.Tried) > 0 {
		o.name("tried")
		o.b = appendTries(o.b, r.Tried)
	}
	if r.Auto != nil {
		appendAuto(o, *r.Auto)
	}
	o.optionalText("mode", r.Mode)
	if len(r.Sources) > 0 {
		o.name("sources")
		o.b = appendSources(o.b, r.Sources)
	}
	o.plain("prompt_sha256", r.PromptSHA256)
	if r.AnswerSHA256 != "" {
		o.plain("answer_sha256", r.AnswerSHA256)
	}
	o.optionalInteger("prompt_tokens", r.PromptTokens)
	o.optionalInteger("output_tokens", r.OutputTokens)
	o.optionalTrue("usage_estimated", r.UsageEstimated)
	appendEnergy(o, "energy", r.Energy)
	o.text("outcome", string(r.Outcome))
	o.optionalText("error", r.ErrorKey)
}

func appendIntegers(b []byte, list []int) []byte {
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, ']')
}

func appendClasses(b []byte, list []core.DataClass) []byte {
	b = append(b, '[')
	for i, class := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(class))
	}
	return append(b, ']')
}

func appendSources(b []byte, list []Source) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		o := openObject(b)
		o.text("document", s.Document)
		o.plain("version", s.Version)
		o.integer("start", s.Start)
		o.integer("end", s.End)
		o.plain("sha256", s.SHA256)
		o.close()
		b = o.b
	}
	return append(b, ']')
}

func appendTries(b []byte, list []Try) []byte {
	b = append(b, '[')
	for i, try := range list {
		if i > 0 {
			b = append(b, ',')
		}
		o := openObject(b)
		o.text("node", try.Node)
		o.text("model", try.Model)
		o.text("error", try.Error)
		o.close()
		b = o.b
	}
	return append(b, ']')
}

func appendAuto(outer *object, a Auto) {
	outer.name("auto")
	o := openObject(outer.b)
	o.text("task", a.Task)
	o.name("why")
	o.b = append(o.b, '[')
	for i, word := range a.Why {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendText(o.b, word)
	}
	o.b = append(o.b, ']')
	o.optionalText("bigger", a.Bigger)
	o.optionalText("instead", a.Instead)
	o.optionalText("biggest", a.Biggest)
	if a.Saved != nil {
		appendEnergy(&o, "saved", *a.Saved)
	}
	if a.Extra != nil {
		appendEnergy(&o, "extra", *a.Extra)
	}
	o.close()
	outer.b, outer.bad = o.b, outer.bad || o.bad
}

func appendEnergy(outer *object, name string, e core.Energy) {
	outer.name(name)
	o := openObject(outer.b)
	o.number("joules", e.Joules)
	o.optionalNumber("joules_low", e.Low)
	o.optionalNumber("joules_high", e.High)
	o.text("label", string(e.Label))
	o.optionalText("scope", e.Scope)
	o.optionalText("method", e.Method)
	o.close()
	outer.b, outer.bad = o.b, outer.bad || o.bad
}

// ParseRecord reads canonical bytes, and refuses any other spelling of the same record: a committed record
// has one reading only.
func ParseRecord(b []byte) (Record, error) {
	var wire struct {
		Format string `json:"format"`
		Record
	}
	if len(b) > MaxRecordBytes {
		return Record{}, core.E(core.TooLarge, "errors.audit_record_too_large", core.Args{"Max": MaxRecordBytes})
	}
	if err := json.Unmarshal(b, &wire); err != nil { // unknown fields would not be written again below
		return Record{}, core.Wrap(err, core.Corrupt, "errors.audit_record_malformed", nil)
	}
	if wire.Format != RecordFormat {
		return Record{}, core.E(core.Corrupt, "errors.audit_format", core.Args{"Format": printable(wire.Format)})
	}
	wire.Record.Time = wire.Record.Time.UTC()
	again, err := wire.Record.AppendCanonical(make([]byte, 0, len(b)))
	if err != nil {
		return Record{}, core.Wrap(err, core.Corrupt, "errors.audit_record_malformed", nil)
	}
	if !bytes.Equal(again, b) {
		return Record{}, core.E(core.Corrupt, "errors.audit_record_malformed", nil)
	}
	return wire.Record, nil
}

// printable bounds a foreign word before it goes into a message.
func printable(s string) string {
	const most = 40
	out := make([]byte, 0, most)
	for i := 0; i < len(s) && len(out) < most; i++ {
		if s[i] > ' ' && s[i] < 0x7f {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// coarse is the time that the public log may show: the hour.
func coarse(t time.Time) time.Time { return t.UTC().Truncate(time.Hour) }
