package gatewaytest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// quote places a sentence of the document set; the part between * * answers most directly.
func quote(title, name, page, heading, text string, dated time.Time, newer bool) memory.Quote {
	var mark [2]int
	if before, rest, ok := strings.Cut(text, "*"); ok {
		inside, after, _ := strings.Cut(rest, "*")
		mark = [2]int{len(before), len(before) + len(inside)}
		text = before + inside + after
	}
	sum := sha256.Sum256([]byte(text))
	version := sha256.Sum256([]byte(name))
	return memory.Quote{
		Document: "0000000000000000000000000a", Name: name, Title: title, Version: hex.EncodeToString(version[:]),
		Start: 4_210, End: 4_210 + len(text), Text: text, SHA256: hex.EncodeToString(sum[:]),
		Page: page, Heading: heading, Dated: dated, Newer: newer, Score: 0.8, Highlight: mark,
	}
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Quorum are the two sentences that answer what the quorum is.
func Quorum() []memory.Quote {
	return []memory.Quote{
		quote("Statuts de la coopérative", "statuts/statuts-2025.pdf", "7", "Article 18. Quorum",
			"Le quorum de l’assemblée générale est fixé à *vingt-cinq pour cent (25\u202f%) des membres en règle*, présents ou représentés.",
			day(2025, 3, 12), false),
		quote("Règlement intérieur", "reglement-interieur.md", "", "4.2 Seconde convocation",
			"À défaut de quorum, une seconde assemblée est convoquée dans les quinze jours\u202f; elle délibère quel que soit le nombre de membres présents.",
			day(2024, 10, 8), true),
	}
}

// Nearest are passages that come close to a question without answering it.
func Nearest() []memory.Quote {
	return []memory.Quote{
		quote("Guide de la personne membre", "guide-membre.docx", "", "Vos avantages",
			"Les membres peuvent réserver la grande salle deux fois par an, sans frais, pour une activité ouverte à toutes et à tous. La réservation se fait auprès de l’accueil, au moins quinze jours à l’avance.",
			day(2025, 1, 20), false),
		quote("Procès-verbal de l’assemblée du 14 avril 2025", "pv/2025-04-14.md", "", "6. Varia",
			"Une membre demande si la coopérative pourrait offrir des cours du soir. Le conseil étudiera la question et en rendra compte à la prochaine assemblée.",
			day(2025, 4, 14), false),
		quote("Budget 2025", "budget-2025.pdf", "2", "Activités",
			"Activités éducatives\u00a0: 4\u202f200\u00a0$. Entretien des locaux\u00a0: 11\u202f850\u00a0$. Réserve\u00a0: 6\u202f000\u00a0$.",
			time.Time{}, false),
	}
}
