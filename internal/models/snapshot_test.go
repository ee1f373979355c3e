package models_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

func TestSnapshotOfNothing(t *testing.T) {
	t.Parallel()
	var s *models.Snapshot
	if _, err := s.Find("m"); !core.Is(err, core.NotFound) || s.List() != nil {
		t.Errorf("got %v %v", err, s.List())
	}
	for kind, key := range map[models.Kind]string{models.Chat: "errors.model_no_chat", models.Embedding: "errors.model_no_embedding"} {
		if _, err := s.Default(kind); core.AsError(err).Key != key {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

func TestSnapshotTellsABoundedNumberOfNames(t *testing.T) {
	t.Parallel()
	var list []models.Model
	for i := range 1000 {
		list = append(list, models.Model{Name: fmt.Sprintf("m%03d", i), Kind: models.Chat})
	}
	_, err := models.NewSnapshot(list).Find("absent")
	names := fmt.Sprint(core.AsError(err).Args["Installed"])
	if !strings.HasPrefix(names, "m000, m001") || !strings.HasSuffix(names, ", …") || len(names) > 200 {
		t.Errorf("got %s", names)
	}
}

func TestSnapshotOfTwinsKeepsTheFirst(t *testing.T) {
	t.Parallel()
	s := models.NewSnapshot([]models.Model{{Name: "m", Digest: "1"}, {Name: "m", Digest: "2"}})
	if m, _ := s.Find("m"); m.Digest != "1" || len(s.List()) != 1 {
		t.Errorf("got %+v", s.List())
	}
}

func TestKindByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]models.Kind{
		"nomic-embed-text:latest": models.Embedding, "bge-m3": models.Embedding, "intfloat/multilingual-E5-small": models.Embedding,
		"all-MiniLM-L6": models.Embedding, "qwen3:4b": models.Chat, "mistral-small": models.Chat, "": models.Chat,
	} {
		if got := models.KindByName(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
