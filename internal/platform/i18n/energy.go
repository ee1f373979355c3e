package i18n

import "github.com/solidaire-coop/solidaire/internal/core"

// Energy writes a figure with its label: 0,4 J (estimation publiée), or énergie inconnue.
func (l *Localizer) Energy(e core.Energy) string {
	if e.Joules == nil {
		return l.T("energy.label.unknown")
	}
	return l.T("energy.labelled", core.Args{"Figure": l.Joules(*e.Joules), "Label": l.EnergyLabel(e.Label)})
}

// EnergyLabel says how far a figure can be trusted.
func (l *Localizer) EnergyLabel(label core.EnergyLabel) string {
	return l.T("energy.label." + string(label))
}

// Quoted puts a text between the language's quotation marks.
func (l *Localizer) Quoted(text string) string {
	switch l.lang {
	case core.English:
		return "“" + text + "”"
	case core.FrenchCanada:
		return "«" + nbsp + text + nbsp + "»"
	}
	return "«" + nnbsp + text + nnbsp + "»"
}
