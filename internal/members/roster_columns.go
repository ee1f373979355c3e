package members

import (
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// A column is what a cell of a file of members means.
type column string

const (
	columnName     column = "name"
	columnFirst    column = "first name"
	columnLast     column = "last name"
	columnNumber   column = "number"
	columnEmail    column = "email"
	columnClass    column = "class"
	columnVoting   column = "voting"
	columnVoices   column = "voices"
	columnJoined   column = "joined"
	columnLeft     column = "left"
	columnLang     column = "language"
	columnDeclines column = "declines AI" // written, never read: only the person decides that
)

// exported are the columns that are written, in order.
func exported() []column {
	return []column{columnNumber, columnName, columnEmail, columnClass, columnVoting, columnVoices, columnJoined, columnLeft, columnLang, columnDeclines}
}

// title names a column in a file.
func (c column) title(lang core.Lang) string {
	if lang == core.English {
		return map[column]string{
			columnNumber: "Number", columnName: "Name", columnEmail: "E-mail", columnClass: "Class", columnVoting: "Voting", columnVoices: "Number of votes",
			columnJoined: "Joined", columnLeft: "Left", columnLang: "Language", columnDeclines: "Declines AI",
		}[c]
	}
	return map[column]string{
		columnNumber: "Numéro", columnName: "Nom", columnEmail: "Courriel", columnClass: "Collège", columnVoting: "Droit de vote", columnVoices: "Nombre de voix",
		columnJoined: "Adhésion", columnLeft: "Départ", columnLang: "Langue", columnDeclines: "Sans IA",
	}[c]
}

// columnOf understands the title of a column, in French or in English, accents and case aside; "" when it means nothing here.
func columnOf(title string) column {
	switch folded(title) {
	case "nom", "nom complet", "nom et prenom", "prenom et nom", "name", "full name", "membre", "member":
		return columnName
	case "prenom", "prenoms", "first name", "given name":
		return columnFirst
	case "nom de famille", "last name", "surname", "family name":
		return columnLast
	case "numero", "no", "n", "numero de membre", "no de membre", "no membre", "n de membre", "number", "member number", "member no":
		return columnNumber
	case "courriel", "adresse courriel", "adresse de courriel", "email", "e mail", "mel", "mail", "email address", "e mail address", "adresse e mail", "adresse mail":
		return columnEmail
	case "college", "categorie", "class", "category":
		return columnClass
	case "vote", "droit de vote", "votant", "votante", "voting", "voting right", "voting rights", "votes":
		return columnVoting
	case "nombre de voix", "voix", "nb de voix", "number of votes", "voices", "no of votes":
		return columnVoices
	case "adhesion", "date d adhesion", "membre depuis", "admission", "date d admission", "joined", "date joined", "member since":
		return columnJoined
	case "depart", "date de depart", "demission", "left", "date left":
		return columnLeft
	case "langue", "language", "lang":
		return columnLang
	case "sans ia", "declines ai":
		return columnDeclines
	}
	return ""
}

// readHeader understands the first line. Names alone are needed.
func readHeader(cells []string) (columns []column, ignored []string, err error) {
	if len(cells) > maxRosterCells {
		return nil, nil, core.E(core.TooLarge, "errors.roster_wide", core.Args{"Max": maxRosterCells})
	}
	seen := map[column]bool{}
	for _, cell := range cells {
		c := columnOf(cell)
		if c == "" {
			if name, err := cleanLine(cell, maxName); err == nil && name != "" {
				ignored = append(ignored, name)
			}
		} else if seen[c] {
			return nil, nil, core.E(core.Invalid, "errors.roster_twice", core.Args{"Column": c.title(core.French) + " / " + c.title(core.English)})
		}
		seen[c] = true
		columns = append(columns, c)
	}
	// « Prénom » beside « Nom »: the second is the family name.
	if seen[columnFirst] && seen[columnName] && !seen[columnLast] {
		for i, c := range columns {
			if c == columnName {
				columns[i] = columnLast
			}
		}
	} else if !seen[columnName] && !(seen[columnFirst] && seen[columnLast]) {
		return nil, nil, core.E(core.Invalid, "errors.roster_names", nil)
	}
	return columns, ignored, nil
}

// yes reads a cell that says yes or no.
func yes(cell string) (answer, ok bool) {
	switch folded(cell) {
	case "oui", "o", "yes", "y", "vrai", "true", "1", "x":
		return true, true
	case "non", "no", "n", "faux", "false", "0":
		return false, true
	}
	return false, false
}

// folded is a text in lower case, without accents and with one space for all that is neither letter nor digit.
func folded(text string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToLower(text) {
		word := unaccented(r)
		if word == "" {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(word)
	}
	return b.String()
}

// unaccented gives the plain letters behind a lower-case letter of French; "" for what is neither letter nor digit.
func unaccented(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return "a"
	case 'ç':
		return "c"
	case 'è', 'é', 'ê', 'ë':
		return "e"
	case 'ì', 'í', 'î', 'ï':
		return "i"
	case 'ñ':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return "o"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ÿ', 'ý':
		return "y"
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	}
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return string(r)
	}
	return ""
}

// keyFor makes a key from a name: « Membres de soutien » gives membres-de-soutien.
func keyFor(name string) string {
	key := strings.ReplaceAll(folded(name), " ", "-")
	return strings.Trim(key[:min(len(key), maxKey)], "-")
}
