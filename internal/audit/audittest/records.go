// Package audittest makes records for tests: whole, different, and the same at every run; and room for a log.
package audittest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Hash gives the SHA-256 of s in hex.
func Hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Record makes a whole record of a question answered from two sources.
func Record(n int) audit.Record {
	at := time.Date(2026, 11, 22, 9, 30, 15, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
	joules, low, high := 12.5, 9.25, 16.0
	return audit.Record{
		ID: core.NewID(at), Organisation: "org-1", Person: "person-1", Credential: "key-1", Time: at,
		Action: "ask", Charter: Hash("a charter"), Decision: audit.Allowed, Articles: []int{1, 4},
		DataClasses: []core.DataClass{core.DataSIN}, Model: "", Node: "local", Mode: "extractive",
		Sources: []audit.Source{
			{Document: "Règlement « intérieur ».md", Version: Hash("v1"), Start: 10, End: 90, SHA256: Hash("quote 1")},
			{Document: "budget.pdf", Version: Hash("v2"), Start: 0, End: 7, SHA256: Hash("quote 2")},
		},
		PromptSHA256: Hash(fmt.Sprint("question ", n)), AnswerSHA256: Hash(fmt.Sprint("answer ", n)),
		PromptTokens: 40, OutputTokens: 120,
		Energy: core.Energy{
			Joules: &joules, Low: &low, High: &high, Label: core.EnergyEstimatedPublished, Scope: "node", Method: "busy-time",
		},
		Outcome: audit.Completed,
	}
}

// Sealed makes a record and seals it with a fresh key.
func Sealed(n int) audit.Sealed {
	s, err := Record(n).Seal(audit.NewKey(), nil)
	if err != nil {
		panic(err) // Record makes whole records
	}
	return s
}
