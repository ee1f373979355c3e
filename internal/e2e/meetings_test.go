package e2e_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// refused posts what must be refused, and gives the page that says so.
func (v voter) refused(path string, fields url.Values) string {
	v.t.Helper()
	response, err := v.client.PostForm(v.base+path, fields)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if response.StatusCode != http.StatusUnprocessableEntity {
		v.t.Fatalf("%s: %s: %s", v.name, path, response.Status)
	}
	return string(text)
}

// choice finds the value of the option whose words say something.
func choice(t *testing.T, page, words string) string {
	t.Helper()
	found := regexp.MustCompile(`<option value="([^"]+)"[^>]*>[^<]*` + regexp.QuoteMeta(words)).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no option %q", words)
	}
	return found[1]
}

// called is a question whose ballot is open, proposed by one member and called by the secretary.
func called(secretary, author, friend voter) (where string) {
	author.t.Helper()
	fields := author.form(author.get("/propose/question"), "/propose/question")
	fields.Set("title.fr", "Chauffer la salle à 19 °C")
	fields.Set("title.en", "Heat the room to 19 °C")
	fields.Set("reasons.fr", "Il fait froid l’hiver.")
	fields.Set("reasons.en", "It is cold in winter.")
	fields.Set("do", "save")
	where, _ = author.post("/propose/question", fields)
	author.post(where+"/do/publish", nil)
	friend.post(where+"/do/cosign", friend.form(friend.get(where), where+"/do/cosign"))
	secretary.post(where+"/do/call", url.Values{"method": {"yes_no_abstain"}, "days": {"0"}, "hours": {"2"}})
	author.await(where+"/vote", `name="answer"`)
	return where
}

// TestMembersMeet goes from a notice to approved minutes, through the pages.
func TestMembersMeet(t *testing.T) {
	h := start(t)
	all := h.voters(t)
	secretary, author, friend := all[0], all[1], all[2]
	secretaryLook, look := looker(t, h, secretary), looker(t, h, friend)
	look("meetings-empty", "/meetings")
	proposal := called(secretary, author, friend)

	// The plan and its agenda. A member asks for an item, and the secretary takes it.
	secretaryLook("meetings-new", "/meetings/new")
	now, tomorrow := time.Now(), time.Now().AddDate(0, 0, 1)
	plan := url.Values{"body": {"assembly"}, "kind": {"ordinary"}, "title.fr": {"Assemblée de juin"}, "title.en": {"June assembly"}, "place": {"Salle commune"},
		"link": {"https://video.exemple.org/juin"}, "date": {tomorrow.Format(time.DateOnly)}, "time": {"18:00"}, "length": {"90"}}
	wrong := url.Values{"body": {"assembly"}, "kind": {"board"}, "title.fr": {"x"}, "place": {"ici"}, "date": {now.Format(time.DateOnly)}, "time": {"10:00"}, "length": {"90"}}
	if page := secretary.refused("/meetings/new", wrong); !strings.Contains(page, "sorte de réunion") {
		t.Errorf("a board meeting of the assembly: %.300s", page)
	}
	where, _ := secretary.post("/meetings/new", plan)
	friend.post(where+"/do/ask", url.Values{"title": {"Le jardin"}, "reasons": {"Il faut de l’eau."}})
	secretaryLook("meetings-draft", where)
	secretary.post(where+"/do/item-add", url.Values{"kind": {"information"}, "title.fr": {"Rapport annuel"}, "title.en": {"Yearly report"}, "length": {"15"}})
	page := secretary.get(where)
	motion := choice(t, page, "Chauffer la salle")
	secretary.post(where+"/do/item-add", url.Values{"kind": {"decision"}, "title.fr": {"Le chauffage"}, "title.en": {"Heating"}, "motion": {motion}, "length": {"20"}})
	secretary.post(where+"/do/take", secretary.form(secretary.get(where), where+"/do/take"))
	if !strings.Contains(friend.get(where), "Le jardin") {
		t.Error("the item that was asked for is not on the agenda")
	}
	plan.Set("date", now.Format(time.DateOnly))
	plan.Set("time", now.Format("15:04"))
	secretary.post(where+"/edit", plan)
	secretary.post(where+"/do/convene", nil)
	if !strings.Contains(friend.get("/decisions"), where) {
		t.Error("the meeting is not shown to who is convened")
	}
	secretary.refused(where+"/do/item-add", url.Values{"kind": {"decision"}, "title.fr": {"Surprise"}})
	secretary.post(where+"/do/item-add", url.Values{"kind": {"information"}, "title.fr": {"Nouvelles"}})
	secretaryLook("meetings-convened", where)
	look("meetings-convened-member", where)
	look("meetings-notice", where+"/notice")
	look("meetings-list", "/meetings")
	friend.refused(where+"/do/begin", url.Values{"chair": {"x"}})

	h.meets(t, all, where, look, secretaryLook)
	for _, v := range all {
		v.post(proposal+"/vote", url.Values{"answer": {"yes"}})
	}
	author.await(proposal, "/result")
	h.minuted(t, all, where, look, secretaryLook)
}

// meets signs people in until there is a quorum, and puts the decision to the vote.
func (h house) meets(t *testing.T, all []voter, where string, look, secretaryLook func(name, path string)) {
	t.Helper()
	secretary, friend := all[0], all[2]
	friend.post(where+"/do/sign-in", url.Values{"how": {"remote"}})
	secretary.post(where+"/do/begin", url.Values{"chair": {choice(t, secretary.get(where), all[1].name)}})
	look("meetings-open-member", where)
	page := secretary.get(where)
	items := regexp.MustCompile(`name="item" value="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(items) != 4 {
		t.Fatalf("%d items", len(items))
	}
	record := url.Values{"item": {items[1][1]}, "outcome": {"balloted"}, "text": {"On ouvre le scrutin."}}
	if page := secretary.refused(where+"/do/record", record); !strings.Contains(page, "Le quorum n’est pas atteint") {
		t.Error("a decision without a quorum is not refused in words")
	}
	for _, v := range all[3 : len(all)-1] {
		v.post(where+"/do/sign-in", url.Values{"how": {"room"}})
	}
	secretaryLook("meetings-sheet", where+"/presence")
	secretary.post(where+"/do/record", record)
	secretary.post(where+"/do/record", url.Values{"item": {items[0][1]}, "outcome": {"heard"}, "text": {"Le rapport est lu.\n\nOn remercie l’équipe."}})
	secretaryLook("meetings-open", where)
	friend.post(where+"/do/sign-out", nil)
}

// minuted ends the meeting and follows its minutes to the memory and to the members' own data.
func (h house) minuted(t *testing.T, all []voter, where string, look, secretaryLook func(name, path string)) {
	t.Helper()
	secretary, author, friend := all[0], all[1], all[2]
	secretary.post(where+"/do/end", nil)
	secretary.post(where+"/do/remark", url.Values{"note": {"La prochaine réunion se tient en septembre."}})
	secretaryLook("meetings-closed", where)
	secretary.post(where+"/do/show-minutes", nil)
	look("meetings-minutes-draft", where+"/minutes")
	secretary.post(where+"/do/approve", nil)
	bytesOf := friend.get(where + "/minutes.json")
	sum := sha256.Sum256([]byte(bytesOf))
	page := author.get(where + "/minutes?lang=en")
	for _, says := range []string{hex.EncodeToString(sum[:]), "put to the vote", "Hash of the certificate", "Le rapport est lu.", "This hash is in the public log", all[1].name} {
		if !strings.Contains(strings.ReplaceAll(page, "&#39;", "'"), says) {
			t.Errorf("the minutes do not say %q", says)
		}
	}
	look("meetings-minutes", where+"/minutes")
	if text := friend.get(where + "/minutes.md?lang=fr-CA"); !strings.HasPrefix(text, "# Assemblée de juin") || !strings.Contains(text, "On remercie l’équipe.") {
		t.Errorf("%.400s", text)
	}
	secretaryLook("meetings-approved", where)
	secretary.post(where+"/do/remember", nil)
	friend.await("/memory?q="+url.QueryEscape("remercie équipe rapport"), "Assemblée de juin, Points traités")
	file := friend.get("/me/file")
	archive, err := zip.NewReader(bytes.NewReader([]byte(file)), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := archive.Open("meetings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if text, _ := io.ReadAll(kept); !bytes.Contains(text, []byte(`"how":"remote"`)) || !bytes.Contains(text, []byte(`"asked_for":"Le jardin"`)) {
		t.Errorf("%s", text)
	}
}
