// Package energyhttp is the page of energy: what a person used, and what the whole organisation used, with how
// far each figure can be trusted.
//
// Promises: a person's own figures are shown to that person only; unknown is counted apart and never as zero; a
// total bears the weakest of its labels; joules and watt-hours always stand beside the microwave image, and the
// oven's power beside them; the chart says the same as the table under it, by patterns as well as by colours.
package energyhttp
