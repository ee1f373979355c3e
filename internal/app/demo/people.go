package demo

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

//go:embed membres.csv
var roster string

// The members' half of the demonstration.
type people interface {
	members.Register
	members.Bodies
	members.Rosters
}

// seat is a mandate, as the minutes tell it.
type seat struct {
	body, name string
	office     members.Office
	start, end string // days; "" no end was set
	by         string
}

// The annual assemblies that elected somebody.
const (
	assembly2024 = "2024-03-20"
	assembly2025 = "2025-03-12"
	assembly2026 = "2026-03-11"
)

// seats are those of the documents up to 2025, and of an assembly of 2026 that went on in the same way.
func seats() []seat {
	list := []seat{
		{"board", "Marianne Côté-Roy", members.OfficeChair, assembly2025, "", "AG-2025-10"},
		{"board", "Fatou Diallo", members.OfficeMember, assembly2025, "", "AG-2025-10"},
		{"board", "Thomas Nguyen", members.OfficeMember, assembly2025, "", "AG-2025-10"},
		{"board", "Luc Fontaine", members.OfficeMember, assembly2025, "", "AG-2025-10"},
		{"board", "Dominique St-Onge", members.OfficeMember, assembly2025, "", "AG-2025-10"},
		{members.Assembly, "Hélène Paquin", members.OfficeChair, assembly2025, "2025-03-13", "AG-2025-01"},
		{members.Assembly, "Mathieu Bélanger", members.OfficeSecretary, assembly2025, "2025-03-13", "AG-2025-01"},
		{members.Assembly, "Rosalie Cyr", members.OfficeModerator, assembly2026, "", "AG-2026-03"},
		{"comite-numerique", "Thomas Nguyen", members.OfficeChair, "2024-11-18", "", "CA-2024-45"},
		{"comite-numerique", "Amélie Tremblay", members.OfficeMember, "2025-04-08", "", "CA-2025-12"},
		{"comite-membres", "Josée Lacombe", members.OfficeSecretary, "2025-04-08", "", "CA-2025-13"},
		{"comite-membres", "Hélène Paquin", members.OfficeMember, "2025-04-08", "", "CA-2025-13"},
	}
	for name, office := range map[string]members.Office{
		"Mathieu Bélanger": members.OfficeSecretary, "Hélène Paquin": members.OfficeMember,
		"Jean-Marc Ouellet": members.OfficeMember, "Rosalie Cyr": members.OfficeMember,
	} {
		list = append(list, seat{"board", name, office, assembly2024, assembly2026, "AG-2024-08"},
			seat{"board", name, office, assembly2026, "", "AG-2026-08"})
	}
	return list
}

// Populate gives the co-operative its classes, twelve members, a board, committees and their mandates, unless it has
// them. Broken off, it goes on where it was.
func Populate(ctx context.Context, m people, organisation core.ID, zone *time.Location) error {
	held, err := m.Mandates(ctx, organisation)
	if err != nil || len(held) >= len(seats()) {
		return err
	}
	options := members.ImportOptions{AddClasses: true, Zone: zone}
	if _, err := m.Import(ctx, organisation, strings.NewReader(roster), options); err != nil {
		return err
	}
	for key, name := range map[string]core.Text{
		"membres-utilisateurs": {FR: "Membres utilisateurs", EN: "User members"},
		"membres-travailleurs": {FR: "Membres travailleurs", EN: "Worker members"},
		"membres-de-soutien":   {FR: "Membres de soutien", EN: "Supporting members"},
	} {
		if err := m.SetClass(ctx, organisation, members.Class{Key: key, Name: name}); err != nil {
			return err
		}
	}
	if err := addBodies(ctx, m, organisation); err != nil {
		return err
	}
	return appoint(ctx, m, organisation, zone)
}

func addBodies(ctx context.Context, m people, organisation core.ID) error {
	for _, b := range []members.Body{
		{Key: "board", Kind: members.KindBoard, Name: core.Text{FR: "Conseil d’administration", EN: "Board of directors"}},
		{Key: "comite-numerique", Kind: members.KindCommittee, Name: core.Text{FR: "Comité numérique", EN: "Digital committee"}},
		{Key: "comite-membres", Kind: members.KindCommittee, Name: core.Text{FR: "Comité des membres", EN: "Members’ committee"}},
	} {
		if _, err := m.AddBody(ctx, organisation, b.Key, b.Kind, b.Name); err != nil && !core.Is(err, core.Conflict) {
			return err
		}
	}
	return nil
}

func appoint(ctx context.Context, m people, organisation core.ID, zone *time.Location) error {
	records, err := m.Members(ctx, organisation)
	if err != nil {
		return err
	}
	ids := map[string]core.ID{}
	for _, r := range records {
		ids[r.Person.Name] = r.Person.ID
	}
	for _, s := range seats() {
		a := members.Appointment{Body: s.body, Person: ids[s.name], Office: s.office, Start: day(s.start, zone), End: day(s.end, zone), By: s.by}
		if _, err := m.Appoint(ctx, organisation, a); err != nil && !core.Is(err, core.Conflict) {
			return err
		}
	}
	return nil
}

// day reads one of the days above; none for "".
func day(text string, zone *time.Location) time.Time {
	at, _ := time.ParseInLocation(time.DateOnly, text, zone) // ours: well formed, or ""
	return at
}
