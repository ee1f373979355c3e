package modelsllama

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/models"
)

// How much a child takes on at once.
const (
	chatSlots       = 4
	chatContext     = 8192 // tokens, shared by the slots
	embeddingSlots  = 4
	embeddingTokens = 512 // per text, when the model does not say
	embeddingBatch  = 2048
	promptCacheMB   = 256 // what the engine may keep of past prompts, in its memory only
)

// arguments are the flags of the child that serves model on socket.
func arguments(model models.Model, socket string, threads int) []string {
	args := []string{
		"--model", model.Path, "--alias", model.Name, "--host", socket,
		"--threads", strconv.Itoa(threads), "--threads-http", "64", "--no-webui", "--metrics", "--slots",
	}
	if model.Kind == models.Embedding {
		tokens := embeddingTokens
		if model.Context > 0 {
			tokens = min(model.Context, embeddingBatch)
		}
		return append(args, "--embeddings", "--pooling", "mean",
			"--parallel", strconv.Itoa(embeddingSlots), "--ctx-size", strconv.Itoa(embeddingSlots*tokens),
			"--batch-size", strconv.Itoa(embeddingBatch), "--ubatch-size", strconv.Itoa(embeddingBatch))
	}
	context := chatContext
	if model.Context > 0 {
		context = min(context, chatSlots*model.Context)
	}
	return append(args, "--parallel", strconv.Itoa(chatSlots), "--ctx-size", strconv.Itoa(context),
		"--ubatch-size", "512", "--cache-ram", strconv.Itoa(promptCacheMB))
}

// environment is this program's, without what would steer the engine behind our back, and with the
// engine's own libraries first.
func environment(program string) []string {
	dir := filepath.Dir(program)
	libraries := dir
	var env []string
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case strings.HasPrefix(name, "LLAMA_"), strings.HasPrefix(name, "HF_"):
			continue
		case name == "LD_LIBRARY_PATH" && value != "":
			libraries = dir + string(os.PathListSeparator) + value
			continue
		}
		env = append(env, entry)
	}
	return append(env, "LD_LIBRARY_PATH="+libraries)
}
