package app

import (
	"context"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app/demo"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// linkValidity is how long a one-time sign-in link holds.
const linkValidity = 30 * time.Minute

// home is the organisation and the person of this installation: made at the first start, found again afterwards.
func home(ctx context.Context, m *members.Service, isDemo bool, zone *time.Location) (members.Organisation, members.Person, error) {
	organisations, err := m.Organisations(ctx)
	if err != nil {
		return members.Organisation{}, members.Person{}, err
	}
	if len(organisations) == 0 {
		organisation, person, err := makeHome(ctx, m, isDemo)
		if err == nil && isDemo {
			err = demo.Populate(ctx, m, organisation.ID, zone)
		}
		return organisation, person, err
	}
	if isDemo && organisations[0].Name == demo.Organisation { // one that began before it had members, or broke off
		if err := demo.Populate(ctx, m, organisations[0].ID, zone); err != nil {
			return members.Organisation{}, members.Person{}, err
		}
	}
	people, err := m.People(ctx, organisations[0].ID)
	if err != nil {
		return members.Organisation{}, members.Person{}, err
	}
	if len(people) == 0 {
		person, err := makePerson(ctx, m, organisations[0].ID, isDemo)
		return organisations[0], person, err
	}
	person, err := resident(ctx, m, people)
	return organisations[0], person, err
}

// resident is the person of this installation: the first who operates it and has not left, or else the first of all.
func resident(ctx context.Context, m *members.Service, people []members.Person) (members.Person, error) {
	for _, person := range people {
		if !slices.Contains(person.Roles, core.RoleOperator) {
			continue
		}
		_, err := m.PersonActor(ctx, person.ID)
		if err == nil || !core.Is(err, core.Unauthenticated) {
			return person, err
		}
	}
	return people[0], nil
}

func makeHome(ctx context.Context, m *members.Service, isDemo bool) (members.Organisation, members.Person, error) {
	name := "Mon organisation"
	if isDemo {
		name = demo.Organisation
	}
	organisation, err := m.CreateOrganisation(ctx, name, core.FrenchCanada)
	if err != nil {
		return members.Organisation{}, members.Person{}, err
	}
	person, err := makePerson(ctx, m, organisation.ID, isDemo)
	return organisation, person, err
}

// makePerson adds who signs in with the link of the terminal: whoever installed the program, and so its operator.
func makePerson(ctx context.Context, m *members.Service, organisation core.ID, isDemo bool) (members.Person, error) {
	name := "Membre"
	if isDemo {
		name = demo.Person
	} else if account, err := user.Current(); err == nil && account.Username != "" {
		name = account.Username
	}
	return m.CreatePerson(ctx, organisation, name, "", core.RoleMember, core.RoleOperator)
}

// SignInLink makes a one-time link for the person of this installation. It holds for half an hour.
func (a *App) SignInLink(ctx context.Context) (string, error) {
	token, err := a.members.NewLink(ctx, a.person.Person, linkValidity)
	if err != nil {
		return "", err
	}
	return a.base() + "/signin/" + token, nil
}

// base is the address that people use.
func (a *App) base() string {
	if a.config.PublicURL != "" {
		return strings.TrimSuffix(a.config.PublicURL, "/")
	}
	return "http://" + a.Addr()
}
