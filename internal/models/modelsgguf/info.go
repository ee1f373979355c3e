package modelsgguf

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/models"
)

func (h *header) info(parameters, size int64) Info {
	arch := h.clean("general.architecture")
	info := Info{
		Architecture: arch,
		Name:         h.clean("general.name"),
		Licence:      spdx(h.clean("general.license")),
		Parameters:   parameters,
		Context:      h.small(arch + ".context_length"),
		Dimensions:   h.small(arch + ".embedding_length"),
		Pooling:      pooling(h.number[arch+".pooling_type"]),
		Size:         size,
	}
	if kind, ok := h.number["general.file_type"]; ok {
		info.Quantised = fileType(kind)
	}
	info.Kind = kindOf(info)
	if info.Kind == models.Chat {
		info.Abilities = h.abilities()
	}
	return info
}

// abilities reads what the chat template knows of: a template that never names tools cannot tell a model of any. A file alone
// sees no images: that takes a second one.
func (h *header) abilities() models.Abilities {
	a := models.Abilities{Images: models.No, Languages: strings.TrimSpace(h.text[languagesKey])}
	if template := h.text[chatTemplate]; template != "" {
		a.Tools = models.KnownIf(strings.Contains(template, "tools"))
		a.Thinking = models.KnownIf(strings.Contains(template, "enable_thinking") || strings.Contains(template, "reasoning_effort"))
	}
	return a
}

// kindOf guesses what a model is for. Encoders and files that name a way of pooling give vectors.
func kindOf(info Info) models.Kind {
	encoders := []string{"bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "modern-bert", "eurobert", "t5encoder", "gemma-embedding"}
	if slices.Contains(encoders, info.Architecture) || info.Pooling != "" {
		return models.Embedding
	}
	return models.Chat
}

func pooling(n uint64) string {
	return map[uint64]string{1: "mean", 2: "cls", 3: "last", 4: "rank"}[n]
}

// spdx writes the usual licences as SPDX does; hubs put them in lower case. Others stay as stated.
func spdx(stated string) string {
	known := map[string]string{
		"apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause", "cc-by-4.0": "CC-BY-4.0",
		"cc-by-sa-4.0": "CC-BY-SA-4.0", "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc0-1.0": "CC0-1.0", "gpl-3.0": "GPL-3.0",
		"agpl-3.0": "AGPL-3.0",
	}
	if id, ok := known[strings.ToLower(stated)]; ok {
		return id
	}
	return stated
}

// clean returns a text of the file fit to be shown: printable, valid and short.
func (h *header) clean(key string) string {
	text := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, h.text[key])
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200])
	}
	return strings.TrimSpace(text)
}

func (h *header) small(key string) int {
	n := h.number[key]
	if n > math.MaxInt32 {
		return 0
	}
	return int(n)
}
