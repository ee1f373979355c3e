package memorytest

import (
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// QualityShelf is a store of documents that also keeps how good their memory is.
type QualityShelf interface {
	Shelf
	memory.QualityStore
}

// TestQuality is what a store promises of question sets, measurements and feedback. fresh gives an empty store each time.
func TestQuality(t *testing.T, fresh func(t *testing.T) QualityShelf) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s QualityShelf)
	}{
		{"questions are kept by their ids, changed and removed", keptQuestions},
		{"a set takes the place of another", replacedQuestions},
		{"measurements are listed newest first, the oldest forgotten", keptMeasurements},
		{"feedback is one per answer, and can be erased", keptFeedback},
		{"a conversation is one document, whatever its title", keptConversation},
		{"what could not be read is kept, shown and forgotten", keptNotice},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

func asked(id, question string) memory.KeptQuestion {
	return memory.KeptQuestion{TestQuestion: memory.TestQuestion{ID: id, Question: question, File: "statuts.md", Quote: "le quorum", Also: []string{"ri.md"}}}
}

func keptQuestions(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	ok(t, s.PutQuestions(ctx, coop, []memory.KeptQuestion{asked("b", "deux ?"), asked("a", "un ?")}, false))
	ok(t, s.PutQuestions(ctx, other, []memory.KeptQuestion{asked("a", "ailleurs ?")}, false))
	list := must[[]memory.KeptQuestion](t)(s.Questions(ctx, coop))
	wantEqual(t, "set", []any{len(list), list[0].Question, list[1].Question, list[0].Also}, []any{2, "un ?", "deux ?", []string{"ri.md"}})

	ok(t, s.PutQuestions(ctx, coop, []memory.KeptQuestion{asked("a", "un, mieux ?")}, false))
	draft := list[1]
	draft.ID, draft.Draft = "c", true
	ok(t, s.PutQuestions(ctx, coop, []memory.KeptQuestion{draft}, false))
	now := must[[]memory.KeptQuestion](t)(s.Questions(ctx, coop))
	wantEqual(t, "changed", []any{len(now), now[0].Key, now[0].Question, now[1].Key, now[1].ID, now[1].Draft},
		[]any{2, list[0].Key, "un, mieux ?", list[1].Key, "c", true})

	draft.ID = "a"
	if err := s.PutQuestions(ctx, coop, []memory.KeptQuestion{draft}, false); !core.Is(err, core.Conflict) {
		t.Errorf("an id that is taken: %v", err)
	}
	if err := s.RemoveQuestion(ctx, other, list[0].Key); !core.Is(err, core.NotFound) {
		t.Errorf("another organisation's question: %v", err)
	}
	ok(t, s.RemoveQuestion(ctx, coop, list[0].Key))
	wantEqual(t, "left", len(must[[]memory.KeptQuestion](t)(s.Questions(ctx, coop))), 1)
	wantEqual(t, "another organisation's", len(must[[]memory.KeptQuestion](t)(s.Questions(ctx, other))), 1)
}

func replacedQuestions(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	ok(t, s.PutQuestions(ctx, coop, []memory.KeptQuestion{asked("a", "un ?"), asked("b", "deux ?")}, false))
	ok(t, s.PutQuestions(ctx, coop, []memory.KeptQuestion{asked("b", "trois ?")}, true))
	list := must[[]memory.KeptQuestion](t)(s.Questions(ctx, coop))
	wantEqual(t, "set", []any{len(list), list[0].Question}, []any{1, "trois ?"})
}

func measurement(id core.ID, began int64) memory.Measurement {
	return memory.Measurement{ID: id, Organisation: coop, Began: time.UnixMilli(began).UTC(), Ended: time.UnixMilli(began + 5).UTC(),
		Setting: memory.Setting{Model: "e5@abc", ByMeaning: true, Constants: "c", Version: "1.2", Documents: 3, Passages: 40},
		Evaluation: memory.Evaluation{Questions: 2, Answerable: 1, Unanswerable: 1, CitationRecall: 1, RefusedOthers: 0.5,
			Recall: map[string]float64{"3": 1}},
		Questions: []memory.Measured{{ID: "a", Question: "un ?", Expected: "e", Rank: 2, Found: true, Right: true}}}
}

func keptMeasurements(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	for i, id := range []core.ID{"1", "2", "3"} {
		ok(t, s.KeepMeasurement(ctx, measurement(id, int64(1000*(i+1))), 2))
	}
	list := must[[]memory.Measurement](t)(s.Measurements(ctx, coop))
	wantEqual(t, "listed", []any{len(list), list[0].ID, list[1].ID, len(list[0].Questions)}, []any{2, core.ID("3"), core.ID("2"), 0})
	wantEqual(t, "whole", must[memory.Measurement](t)(s.Measurement(ctx, coop, "3")), measurement("3", 3000))
	for organisation, id := range map[core.ID]core.ID{coop: "1", other: "3"} {
		if _, err := s.Measurement(ctx, organisation, id); !core.Is(err, core.NotFound) {
			t.Errorf("%s of %s: %v", id, organisation, err)
		}
	}
}

func keptFeedback(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	given := memory.Feedback{ID: "t1", Organisation: coop, Given: time.UnixMilli(1000).UTC(), Opinion: memory.Useful, Question: "un ?", Found: true,
		Cited: []memory.Cited{{Name: "statuts.md", Version: "v", Start: 1, End: 9}}}
	ok(t, s.PutFeedback(ctx, given))
	given.Opinion, given.Words = memory.NotUseful, "c’est l’ancien règlement"
	ok(t, s.PutFeedback(ctx, given))
	second := memory.Feedback{ID: "t2", Organisation: coop, Given: time.UnixMilli(2000).UTC(), Opinion: memory.MissingSource, Question: "deux ?"}
	ok(t, s.PutFeedback(ctx, second))
	foreign := given
	foreign.Organisation, foreign.Words = other, "volé"
	ok(t, s.PutFeedback(ctx, foreign))
	wantEqual(t, "listed", must[[]memory.Feedback](t)(s.Feedback(ctx, coop)), []memory.Feedback{second, given})
	wantEqual(t, "of one answer", must[[]memory.Feedback](t)(s.Feedback(ctx, coop, "t1", "t9")), []memory.Feedback{given})
	wantEqual(t, "another organisation's", len(must[[]memory.Feedback](t)(s.Feedback(ctx, other))), 0)
	ok(t, s.RemoveFeedback(ctx, other, "t1"))
	ok(t, s.RemoveFeedback(ctx, coop, "t2", "t9"))
	wantEqual(t, "left", must[[]memory.Feedback](t)(s.Feedback(ctx, coop)), []memory.Feedback{given})
}

func keptNotice(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	entry := func() memory.Entry {
		return must[memory.Page](t)(s.Page(ctx, memory.Filter{Organisation: coop, Name: "a.pdf", Limit: 1}, "")).Entries[0]
	}
	noticed := func() []int {
		tally := must[memory.Tally](t)(s.Tally(ctx, coop, ""))
		page := must[memory.Page](t)(s.Page(ctx, memory.Filter{Organisation: coop, Noticed: true, Limit: 9}, ""))
		return []int{tally.Noticed, page.Total}
	}
	save(t, s, version(coop, "b.pdf", "tout est lu"))
	v := version(coop, "a.pdf", "une page sur deux")
	v.Version.Notice = core.E(core.Unavailable, "errors.memory_pages_unread", core.Args{"Pages": 2.0})
	save(t, s, v)
	wantEqual(t, "of the document", entry().Notice, v.Version.Notice)
	wantEqual(t, "of the version", must[memory.Version](t)(s.Version(ctx, coop, v.Version.Hash)).Notice, v.Version.Notice)
	wantEqual(t, "counted", noticed(), []int{1, 1})

	again := must[memory.Accepted](t)(s.Enqueue(ctx, arrival("a.pdf", v.Version.FileHash, "t1")))
	wantEqual(t, "the same file is read again", again.Unchanged, false)
	whole := versionOf(again.Document, "t1", "a.pdf", "une page sur deux")
	save(t, s, whole)
	wantEqual(t, "forgotten", []any{entry().Notice, entry().State}, []any{(*core.Error)(nil), memory.Indexed})
	wantEqual(t, "counted again", noticed(), []int{0, 0})
}

func keptConversation(t *testing.T, s QualityShelf) {
	ctx := t.Context()
	talk := func(title, hash, ticket string) memory.Accepted {
		a := arrival("Conversations/"+title+".md", hash, ticket)
		a.Conversation = "talk"
		return must[memory.Accepted](t)(s.Enqueue(ctx, a))
	}
	first := talk("Quorum", "h1", "t1")
	job := stateOf(t, s, first.Document)
	wantEqual(t, "kind", []any{job.Kind, job.Ticket}, []any{memory.Conversations, "t1"})
	save(t, s, versionOf(first.Document, "t1", "Conversations/Quorum.md", "le quorum"))
	second := talk("Le quorum, mieux", "h2", "t2")
	wantEqual(t, "document", second.Document, first.Document)
	save(t, s, versionOf(first.Document, "t2", "Conversations/Le quorum, mieux.md", "le quorum, mieux"))
	page := must[memory.Page](t)(s.Page(ctx, memory.Filter{Organisation: coop, Conversation: "talk", Limit: 9}, ""))
	wantEqual(t, "found", []any{page.Total, page.Entries[0].Name, page.Entries[0].Kind}, []any{1, "Conversations/Le quorum, mieux.md", memory.Conversations})
	wantEqual(t, "another organisation's", must[memory.Page](t)(s.Page(ctx, memory.Filter{Organisation: other, Conversation: "talk", Limit: 9}, "")).Total, 0)
	wantEqual(t, "no source to read", len(must[[]memory.Source](t)(s.Sources(ctx, coop))), 0)
	ok(t, s.Refuse(ctx, memory.Refusal{Organisation: coop, Document: talk("Le quorum", "h3", "t3").Document, Ticket: "t3", Problem: core.E(core.Corrupt, "errors.memory_file_damaged", nil)}))
	wantEqual(t, "tried again without a source", must[memory.Retried](t)(s.Retry(ctx, coop, first.Document)), memory.Retried{Documents: 1})
	ok(t, s.Remove(ctx, coop, first.Document))
	fresh := talk("Quorum", "h4", "t4")
	wantEqual(t, "saved again after it was erased", []any{fresh.Document != first.Document, fresh.Unchanged}, []any{true, false})
}
