package gateway

import (
	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Past is the question that the charter was asked about a recorded request, as far as its record tells: the actor and the model are
// given as they are today, and a model that is no longer installed is known by name and digest only.
func Past(record audit.Record, actor core.Actor, model *models.Model) charter.Question {
	q := charter.Question{Actor: actor, Action: charter.Action(record.Action), DataClasses: record.DataClasses, Model: facts(model)}
	if model == nil && record.Model != "" {
		kind := models.Chat
		if q.Action == charter.ActionEmbed {
			kind = models.Embedding
		}
		q.Model = charter.ModelFacts{Name: record.Model, Digest: record.ModelDigest, Kind: string(kind), Local: record.Node == LocalNode, Node: record.Node}
	}
	return q
}
