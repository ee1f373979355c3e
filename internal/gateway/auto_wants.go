package gateway

import (
	"encoding/json"
	"strings"
	"unicode"
)

// task is the kind of work that a request is.
type task string

// The tasks that change who answers.
const (
	taskChat        task = "chat"
	taskText        task = "text" // work on a text that is given: sum up, translate, correct, answer from it
	taskCode        task = "code"
	taskCalculation task = "calculation"
)

// What a request may hold beside its words, in tokens.
const (
	usualAnswer = 512 // where the caller says nothing
	imageTokens = 1000
	// bytesPerToken errs on the side of more tokens: French text has about four.
	bytesPerToken = 3
)

// shape is what the choice looks at in a body of OpenAI's dialect, which every surface can write.
type shape struct {
	Messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
	Prompt json.RawMessage   `json:"prompt"`
	Tools  []json.RawMessage `json:"tools"`
	Format struct {
		Type string `json:"type"`
	} `json:"response_format"`
	Effort    string `json:"reasoning_effort"`
	Functions []json.RawMessage
}

// wantsOf reads what a request needs. What cannot be read is not needed: the engine will say so in its own way.
func wantsOf(body []byte, maxOutput int) wants {
	var s shape
	_ = json.Unmarshal(body, &s)
	w := wants{
		tools:    len(s.Tools)+len(s.Functions) > 0,
		schema:   s.Format.Type == "json_schema" || s.Format.Type == "json_object",
		thinking: s.Effort != "" && s.Effort != "none",
	}
	size, last := 0, ""
	for _, m := range s.Messages {
		text, images := contentOf(m.Content)
		size += len(text) + bytesPerToken*4 // the marks around a message
		w.tokens += images * imageTokens
		w.images = w.images || images > 0
		if m.Role == "user" {
			last = text
		}
	}
	if len(s.Messages) == 0 {
		last, _ = contentOf(s.Prompt)
		size = len(last)
	}
	for _, tool := range s.Tools {
		size += len(tool)
	}
	w.tokens += size / bytesPerToken
	if maxOutput == 0 {
		maxOutput = usualAnswer
	}
	w.tokens += maxOutput
	w.task, w.language = taskOf(last), languageOf(last)
	return w
}

// contentOf gives the words of a message's content, and counts its images.
func contentOf(raw json.RawMessage) (text string, images int) {
	if json.Unmarshal(raw, &text) == nil {
		return text, 0
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", 0
	}
	var words strings.Builder
	for _, p := range parts {
		if strings.Contains(p.Type, "image") {
			images++
		}
		words.WriteString(p.Text)
		words.WriteByte(' ')
	}
	return words.String(), images
}

// longText is the length, in bytes, from which a message holds a text to work on.
const longText = 1500

// taskOf recognises the kind of work by words that say it, in both languages.
func taskOf(text string) task {
	words := wordsOf(text)
	switch {
	case strings.Contains(text, "```") || has(words, codeWords):
		return taskCode
	case has(words, calculationWords):
		return taskCalculation
	case len(text) >= longText || has(words, textWords):
		return taskText
	}
	return taskChat
}

// The words are whole, in lower case, without accents lost: what is not listed is an ordinary chat.
const (
	codeWords = " code programme script fonction function python javascript typescript golang java rust sql regex html css json yaml bash " +
		"algorithme algorithm compile compiler bug debug débogue refactor api "
	calculationWords = " calcule calculer calculez calcul calculate compute équation equation intégrale integral dérivée derivative " +
		"démontre démontrer prove proof théorème theorem statistique probabilité probability "
	textWords = " résume résumer résumez résumé summarise summarize summary synthèse synthétise traduis traduire traduisez translate " +
		"reformule reformuler rewrite rephrase corrige corriger proofread extrais extraire extract "
)

func has(words []string, list string) bool {
	for _, word := range words {
		if strings.Contains(list, " "+word+" ") {
			return true
		}
	}
	return false
}

// readWords bounds how much of a message is looked at for its task and language.
const readWords = 4 << 10

func wordsOf(text string) []string {
	if len(text) > readWords {
		text = strings.ToValidUTF8(text[:readWords], "")
	}
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '_' })
}

// Small words that are of one language only.
const (
	frenchWords  = " le la les des du une est sont que qui dans pour pas avec sur nous vous je il elle mon ma mes ce cette au aux et quel quelle "
	englishWords = " the of and is are that which in for not with we you he she my this these to what how does do it "
)

// languageOf tells French from English by their small words; "" where that does not tell.
func languageOf(text string) string {
	fr, en := 0, 0
	for _, word := range wordsOf(text) {
		if strings.Contains(frenchWords, " "+word+" ") {
			fr++
		}
		if strings.Contains(englishWords, " "+word+" ") {
			en++
		}
	}
	switch {
	case fr > 2*en:
		return "fr"
	case en > 2*fr:
		return "en"
	}
	return ""
}
