package gatewayhttp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

type event struct {
	name string
	data map[string]string
}

// events reads a stream to its end.
func events(t *testing.T, stream string) []event {
	t.Helper()
	var out []event
	for block := range strings.SplitSeq(strings.TrimSpace(stream), "\n\n") {
		var e event
		scanner := bufio.NewScanner(strings.NewReader(block))
		for scanner.Scan() {
			if name, ok := strings.CutPrefix(scanner.Text(), "event: "); ok {
				e.name = name
			}
			if data, ok := strings.CutPrefix(scanner.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &e.data); err != nil {
					t.Fatal(err)
				}
			}
		}
		out = append(out, e)
	}
	return out
}

func names(list []event) string {
	var out []string
	for _, e := range list {
		out = append(out, e.name)
	}
	return strings.Join(out, " ")
}

func TestAChatWorksWithoutAScriptAndKeepsItsWarning(t *testing.T) {
	t.Parallel()
	p := build(t).as(t, "amelie", "fr")
	_, page := p.open("/chat")
	says(t, page, "Avec SmolLM2 135M", "Modèle d’essai\u00a0: ne vous fiez pas à ses réponses.")
	_, _, page = p.post("/chat", question("Bonjour", "model", "SmolLM2 135M"))
	says(t, page, "Écrit par SmolLM2 135M, sans vos documents", "Modèle d’essai\u00a0: ne vous fiez pas à ses réponses.",
		"<strong>autre</strong>", "31\u00a0J (estimation publiée)", "Voir le reçu")
}

func TestAChatStreams(t *testing.T) {
	t.Parallel()
	p := build(t).as(t, "amelie", "fr")
	resp := p.send(context.Background(), "/chat", question("Bonjour", "model", "SmolLM2 135M"), "text/event-stream")
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") || resp.Header.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("%v", resp.Header)
	}
	list := events(t, p.read(resp))
	if got := names(list); got != "open piece piece piece done" {
		t.Fatalf("events: %s", got)
	}
	if list[0].data["url"] == "" || !strings.HasPrefix(list[4].data["url"], list[0].data["url"]+"#turn-") {
		t.Errorf("addresses: %v", list)
	}
	_, page := p.open(list[0].data["url"])
	says(t, page, "je suis un petit modèle")

	resp = p.send(context.Background(), "/chat/"+list[0].data["conversation"]+"/messages", question("Encore"), "text/event-stream")
	if got := names(events(t, p.read(resp))); got != "piece piece piece done" {
		t.Errorf("events: %s", got)
	}
}

func TestTheStreamTellsWhatIsRefusedAndWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	p := build(t).as(t, "amelie", "en")
	resp := p.send(context.Background(), "/ask", question("assurance 046"), "text/event-stream")
	if got := names(events(t, p.read(resp))); got != "done" {
		t.Errorf("a refusal is shown on its page: %s", got)
	}
	resp = p.send(context.Background(), "/ask", question(" "), "text/event-stream")
	list := events(t, p.read(resp))
	if names(list) != "problem" || list[0].data["sentence"] == "" || list[0].data["next"] == "" {
		t.Errorf("events: %v", list)
	}
}

func TestWhatIsBrokenOffNeverLooksLikeAnAnswer(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Pause = func(context.Context) error {
		return core.Wrap(errors.New("the engine died"), core.Interrupted, "errors.engine_interrupted", nil)
	}
	p := h.as(t, "amelie", "fr")
	_, where, page := p.post("/chat", question("Bonjour", "model", "SmolLM2 135M"))
	says(t, page, "<p>Bonjour,", "Le moteur s’est arrêté au milieu de sa réponse.")
	saysNot(t, page, "the engine died")

	h.questions.Pause = nil
	_, _, page = p.post("/chat/"+strings.TrimPrefix(where, "/conversations/")+"/messages", question("Et maintenant ?"))
	says(t, page, "Voici une liste")
}

func TestStoppingStopsTheModelAndKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	h := build(t)
	stopped := make(chan struct{})
	h.questions.Pause = func(ctx context.Context) error {
		<-ctx.Done()
		close(stopped)
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.left", nil)
	}
	p := h.as(t, "amelie", "fr")
	ctx, stop := context.WithCancel(context.Background())
	resp := p.send(ctx, "/chat", question("Bonjour", "model", "SmolLM2 135M"), "text/event-stream")
	lines := bufio.NewReader(resp.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "event: piece") {
			break
		}
	}
	stop()
	resp.Body.Close()
	<-stopped
	<-h.conversations.Added()
	list, err := h.conversations.List(context.Background(), h.actor("amelie"), 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	_, page := p.open("/conversations/" + list[0].ID.String())
	says(t, page, "<p>Bonjour,", "La demande a été arrêtée avant la fin.")
}
