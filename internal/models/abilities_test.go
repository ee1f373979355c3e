package models_test

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models"
)

func TestWhatNobodySaidIsNotNo(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]models.Known{"": models.NotSaid, "fr": models.Yes, "en fr": models.Yes, "en de": models.No, "frp": models.No} {
		if got := (models.Abilities{Languages: said}).Speaks("fr"); got != want {
			t.Errorf("%q: got %d, want %d", said, got, want)
		}
	}
	if models.KnownIf(true) != models.Yes || models.KnownIf(false) != models.No {
		t.Error("an answer that was given is not what is known")
	}
}

func TestWeight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		model models.Model
		want  int64
	}{
		{models.Model{Parameters: 7, Bytes: 4}, 7}, {models.Model{Bytes: 4}, 4}, {models.Model{}, 0},
	} {
		if got := c.model.Weight(); got != c.want {
			t.Errorf("%+v: %d", c.model, got)
		}
	}
}

func TestKindsByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]models.Kind{
		"qwen3-4b": models.Chat, "bge-m3": models.Embedding, "bge-reranker-v2-m3": models.Rerank, "text-embedding-3-small": models.Embedding,
		"whisper-large-v3": models.Transcription, "tts-1": models.Speech, "gpt-4o-transcribe": models.Transcription,
	} {
		if got := models.KindByName(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestEngineName(t *testing.T) {
	t.Parallel()
	if got := (models.Model{Name: "a"}).EngineName() + (models.Model{Name: "a", Remote: "b"}).EngineName(); got != "ab" {
		t.Error(got)
	}
}
