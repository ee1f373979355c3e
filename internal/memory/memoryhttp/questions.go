package memoryhttp

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// maxQuestionSet bounds a question set that is imported.
const maxQuestionSet = 16 << 20

// questionsView lists the set.
type questionsView struct {
	web.Page
	Done      string
	Problem   *core.Error // of an import
	Questions []memory.KeptQuestion
	Drafts    int
}

func (p *Pages) listQuestions(w http.ResponseWriter, r *http.Request) error {
	return p.showQuestions(w, r, nil)
}

func (p *Pages) showQuestions(w http.ResponseWriter, r *http.Request, problem *core.Error) error {
	list, err := p.quality.Questions(r.Context(), organisation(r))
	if err != nil {
		return err
	}
	view := questionsView{Page: p.site.Page(r, p.site.Localizer(r).T("quality.questions"), web.Memory), Problem: problem,
		Questions: list, Done: r.URL.Query().Get("done")}
	for _, q := range list {
		if q.Draft {
			view.Drafts++
		}
	}
	status := http.StatusOK
	if problem != nil {
		view.Here, status = "/memory/questions", web.StatusOf(problem.Code)
	}
	return p.templates.RenderStatus(w, r, "questions.html", status, view)
}

func (p *Pages) exportQuestions(w http.ResponseWriter, r *http.Request) error {
	list, err := p.quality.Questions(r.Context(), organisation(r))
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	if err := memory.WriteQuestions(&lines, list); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="questions.jsonl"`)
	w.Write(lines.Bytes()) // an error means that the reader left
	return nil
}

// importQuestions reads a set from the one file of a form.
func (p *Pages) importQuestions(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return core.Wrap(err, core.Invalid, "errors.memorypages_upload_malformed", nil)
	}
	questions, replace, err := readSet(parts)
	if err == nil {
		err = p.quality.Import(r.Context(), organisation(r), questions, replace)
	}
	if core.Is(err, core.Invalid) || core.Is(err, core.TooLarge) {
		return p.showQuestions(w, r, core.AsError(err))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/memory/questions?done=imported", http.StatusSeeOther)
	return nil
}

func readSet(parts *multipart.Reader) (questions []memory.TestQuestion, replace bool, err error) {
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && questions == nil:
			return nil, false, core.E(core.Invalid, "errors.memory_questions_none", nil)
		case errors.Is(err, io.EOF):
			return questions, replace, nil
		case err != nil:
			return nil, false, brokenUpload(err)
		case part.FormName() == "replace":
			replace = true
		case part.FileName() != "":
			if questions, err = memory.ReadQuestions(part); err != nil {
				return nil, false, err
			}
		}
	}
}

// questionView is the form of one question, new or kept.
type questionView struct {
	web.Page
	Action    string
	Kept      core.ID // "" for a new one
	Question  memory.KeptQuestion
	Also      string // one a line
	None      bool   // no document answers
	Documents []string
	Problem   *core.Error
}

// offered bounds the documents that a form offers as the one that answers; any other can be typed.
const offered = 500

func (p *Pages) newQuestion(w http.ResponseWriter, r *http.Request) error {
	q := memory.KeptQuestion{TestQuestion: memory.TestQuestion{Question: r.URL.Query().Get("q")}}
	return p.showQuestion(w, r, q, nil)
}

func (p *Pages) editQuestion(w http.ResponseWriter, r *http.Request) error {
	key, err := core.ParseID(r.PathValue("key"))
	if err != nil {
		return err
	}
	q, err := p.quality.Question(r.Context(), organisation(r), key)
	if err != nil {
		return err
	}
	return p.showQuestion(w, r, q, nil)
}

func (p *Pages) showQuestion(w http.ResponseWriter, r *http.Request, q memory.KeptQuestion, problem *core.Error) error {
	page, err := p.memory.Page(r.Context(), memory.Filter{Organisation: organisation(r), State: memory.Indexed, Limit: offered})
	if err != nil {
		return err
	}
	l := p.site.Localizer(r)
	view := questionView{Page: p.site.Page(r, l.T("quality.question.new"), web.Memory), Action: "/memory/questions/new", Kept: q.Key, Question: q,
		Also: strings.Join(q.Also, "\n"), None: !q.Draft && q.File == "" && q.ID != "", Problem: problem}
	if q.Key != "" {
		view.Title, view.Action = l.T("quality.question.edit"), "/memory/questions/"+q.Key.String()
	}
	for _, e := range page.Entries {
		view.Documents = append(view.Documents, valid(e.Name))
	}
	status := http.StatusOK
	if problem != nil {
		view.Here, status = view.Action, web.StatusOf(problem.Code)
	}
	return p.templates.RenderStatus(w, r, "question.html", status, view)
}

func (p *Pages) keepQuestion(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	q, err := p.givenQuestion(r, form)
	if err != nil {
		return err
	}
	if q.File == "" && form.Get("none") == "" {
		err = core.E(core.Invalid, "errors.memory_question_answer", nil)
		q.Draft = true // nothing was said: the form keeps it so
	} else {
		err = p.quality.Keep(r.Context(), organisation(r), q)
	}
	switch {
	case core.Is(err, core.Invalid), core.Is(err, core.TooLarge), core.Is(err, core.Conflict):
		return p.showQuestion(w, r, q, core.AsError(err))
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/memory/questions?done=kept", http.StatusSeeOther)
	return nil
}

func (p *Pages) givenQuestion(r *http.Request, form url.Values) (q memory.KeptQuestion, err error) {
	if r.PathValue("key") != "" {
		key, err := core.ParseID(r.PathValue("key"))
		if err != nil {
			return q, err
		}
		if q, err = p.quality.Question(r.Context(), organisation(r), key); err != nil {
			return q, err
		}
	}
	q.Question, q.ID, q.Kind, q.Answer, q.Draft = form.Get("question"), form.Get("id"), form.Get("kind"), form.Get("answer"), false
	q.File, q.Quote, q.Also = strings.TrimSpace(form.Get("file")), form.Get("quote"), strings.Split(strings.ReplaceAll(form.Get("also"), "\r", ""), "\n")
	if form.Get("none") != "" {
		q.File, q.Quote, q.Also = "", "", nil
	}
	q.Lang = string(memory.LanguageOf(q.Question))
	return q, nil
}

func (p *Pages) removeQuestion(w http.ResponseWriter, r *http.Request) error {
	key, err := core.ParseID(r.PathValue("key"))
	if err != nil {
		return err
	}
	if err := p.quality.RemoveQuestion(r.Context(), organisation(r), key); err != nil {
		return err
	}
	http.Redirect(w, r, "/memory/questions?done=removed", http.StatusSeeOther)
	return nil
}
