package memory

import "github.com/solidaire-coop/solidaire/internal/core"

// isStopWord tells words that carry grammar rather than matter in one language, already folded:
// "but" is a conjunction in English and an aim in French.
func isStopWord(lang core.Lang, word string) bool {
	if lang == core.English {
		return isEnglishStop(word)
	}
	return isFrenchStop(word)
}

func isFrenchStop(word string) bool {
	switch word {
	case "a", "ai", "ainsi", "alors", "as", "au", "aucun", "aucune", "aujourd", "aura", "auront", "aussi",
		"autre", "autres", "aux", "avaient", "avait", "avant", "avec", "avez", "avoir", "avons", "ayant",
		"bien", "car", "ce", "ceci", "cela", "celle", "celles", "celui", "ces", "cet", "cette", "ceux",
		"chez", "ci", "combien", "comme", "comment", "dans", "de", "depuis", "des", "doit", "doivent",
		"donc", "dont", "du", "elle", "elles", "en", "encore", "entre", "es", "est", "et", "etaient",
		"etait", "etant", "ete", "etre", "eu", "eux", "faire", "fait", "faut", "furent", "fut", "hui",
		"ici", "il", "ils", "je", "la", "laquelle", "le", "lequel", "les", "lesquelles", "lesquels",
		"leur", "leurs", "lors", "lui", "ma", "mais", "me", "meme", "mes", "mien", "moi", "mon", "ne",
		"ni", "nos", "notre", "nous", "on", "ont", "ou", "par", "parce", "pas", "peut", "peuvent", "peux",
		"plus", "pour", "pourquoi", "pourra", "puis", "puisque", "quand", "que", "quel", "quelle",
		"quelles", "quels", "qui", "quoi", "sa", "sans", "se", "sera", "serait", "seront", "ses", "si",
		"soit", "soient", "son", "sont", "sous", "suis", "sur", "ta", "te", "tel", "telle", "tes", "toi",
		"ton", "tous", "tout", "toute", "toutes", "tres", "tu", "un", "une", "va", "vers", "voici",
		"voila", "vos", "votre", "vous", "y", "dois", "puisje", "etes", "sommes", "quelqu", "t":
		return true
	}
	return false
}

func isEnglishStop(word string) bool {
	switch word {
	case "about", "after", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "before",
		"being", "but", "by", "can", "could", "did", "do", "does", "doing", "each", "for", "from",
		"had", "has", "have", "having", "he", "her", "here", "him", "his", "how", "i", "if", "in", "into",
		"is", "it", "its", "just", "many", "may", "me", "more", "most", "much", "must", "my", "no", "not",
		"of", "off", "on", "once", "only", "or", "other", "our", "out", "over", "own", "shall", "she",
		"should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these",
		"they", "this", "those", "through", "to", "too", "under", "until", "up", "very", "was", "we",
		"were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with",
		"would", "you", "your":
		return true
	}
	return false
}

// LanguageOf tells French from English by the small words of a text; French when it cannot tell.
func LanguageOf(text string) core.Lang {
	return languageOf(tokens(text[:min(len(text), 20_000)]))
}

func languageOf(words []token) core.Lang {
	french, english := 0, 0
	for _, t := range words {
		fr, en := isFrenchStop(t.word), isEnglishStop(t.word)
		switch {
		case fr && !en:
			french++
		case en && !fr:
			english++
		}
	}
	if english > french {
		return core.English
	}
	return core.French
}
