package chartercedar

import (
	"github.com/cedar-policy/cedar-go"

	"github.com/solidaire-coop/solidaire/internal/charter"
)

// The types of what policies see.
const (
	personType       cedar.EntityType = "Person"
	roleType         cedar.EntityType = "Role"
	bodyType         cedar.EntityType = "Body"
	classType        cedar.EntityType = "Class"
	organisationType cedar.EntityType = "Organisation"
	actionType       cedar.EntityType = "Action"
	modelType        cedar.EntityType = "Model"
	thingType        cedar.EntityType = "Thing"
)

// scene is a question in Cedar's words. It answers for the two entities that a policy may look into.
type scene struct {
	request             cedar.Request
	principal, resource cedar.Entity
}

// Get implements types.EntityGetter.
func (s *scene) Get(uid cedar.EntityUID) (cedar.Entity, bool) {
	switch uid {
	case s.principal.UID:
		return s.principal, true
	case s.resource.UID:
		return s.resource, true
	}
	return cedar.Entity{}, false
}

// hasModel reports whether a model is involved.
func hasModel(q charter.Question) bool { return q.Model.Name != "" || q.Model.Kind != "" }

func newScene(q charter.Question, adopted, provisional bool) *scene {
	parents := make([]cedar.EntityUID, 0, len(q.Actor.Roles)+len(q.Actor.Bodies)+2)
	parents = append(parents, cedar.NewEntityUID(organisationType, cedar.String(q.Actor.Organisation)))
	for _, role := range q.Actor.Roles {
		parents = append(parents, cedar.NewEntityUID(roleType, cedar.String(role)))
	}
	for _, body := range q.Actor.Bodies {
		parents = append(parents, cedar.NewEntityUID(bodyType, cedar.String(body)))
	}
	if q.Actor.Class != "" {
		parents = append(parents, cedar.NewEntityUID(classType, cedar.String(q.Actor.Class)))
	}
	s := &scene{
		principal: cedar.Entity{
			UID:     cedar.NewEntityUID(personType, cedar.String(q.Actor.Person)),
			Parents: cedar.NewEntityUIDSet(parents...),
		},
		resource: resource(q, adopted),
	}
	classes := make([]cedar.Value, len(q.DataClasses))
	for i, class := range q.DataClasses {
		classes[i] = cedar.String(class)
	}
	s.request = cedar.Request{
		Principal: s.principal.UID,
		Action:    cedar.NewEntityUID(actionType, cedar.String(q.Action)),
		Resource:  s.resource.UID,
		Context: cedar.NewRecord(cedar.RecordMap{
			"data_classes": cedar.NewSet(classes...),
			"provisional":  cedar.Boolean(provisional),
		}),
	}
	return s
}

func resource(q charter.Question, adopted bool) cedar.Entity {
	attributes := cedar.RecordMap{}
	if q.Owner != "" {
		attributes["owner"] = cedar.NewEntityUID(personType, cedar.String(q.Owner))
	}
	if !hasModel(q) {
		return cedar.Entity{UID: cedar.NewEntityUID(thingType, cedar.String(q.Action)), Attributes: cedar.NewRecord(attributes)}
	}
	attributes["digest"] = cedar.String(q.Model.Digest)
	attributes["kind"] = cedar.String(q.Model.Kind)
	attributes["trial"] = cedar.Boolean(q.Model.Trial)
	attributes["local"] = cedar.Boolean(q.Model.Local)
	attributes["adopted"] = cedar.Boolean(adopted)
	return cedar.Entity{UID: cedar.NewEntityUID(modelType, cedar.String(q.Model.Name)), Attributes: cedar.NewRecord(attributes)}
}
