package i18n

import (
	"golang.org/x/text/language"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxAccept bounds the header that is read: no browser sends more.
const maxAccept = 512

// Negotiate chooses the language: the preferred one when it is spoken here, else the first that the
// Accept-Language header asks for and that is spoken here, else English for a reader of another language,
// and French when nothing is known.
func Negotiate(accept string, preferred core.Lang) core.Lang {
	for _, lang := range core.Langs() {
		if lang == preferred {
			return lang
		}
	}
	if accept == "" || len(accept) > maxAccept {
		return core.French
	}
	tags, weights, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return core.French
	}
	for i, tag := range tags {
		if lang, ok := spoken(tag); ok && weights[i] > 0 {
			return lang
		}
	}
	if len(tags) == 0 {
		return core.French
	}
	return core.English
}

func spoken(tag language.Tag) (core.Lang, bool) {
	base, _ := tag.Base()
	region, confidence := tag.Region()
	switch {
	case base.String() == "fr" && region.String() == "CA" && confidence == language.Exact:
		return core.FrenchCanada, true
	case base.String() == "fr":
		return core.French, true
	case base.String() == "en":
		return core.English, true
	}
	return "", false
}
