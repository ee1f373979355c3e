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
	chatContext     = 4096 // tokens of one request, when nothing else is said
	chatBatch       = 64   // tokens read at once: only between batches does the engine notice that a caller left
	embeddingSlots  = 4
	embeddingTokens = 512 // per text, when the model does not say
	longestText     = 2048
	smallModel      = 1_000_000_000 // parameters; below, fitting to the memory would only load it twice
	promptCacheMB   = 256           // what the engine may keep of past prompts, in its memory only
)

// slotsFor is how many requests a chat model works on at once, when nothing else is said: each takes memory for its
// context, and on few cores more of them only make all slower.
func slotsFor(cores int) int {
	if cores >= 8 {
		return 4
	}
	return 2
}

// share is what the requests of a chat model get.
type share struct {
	slots   int // at once
	context int // tokens of each
}

// arguments are the flags of the child that serves model on socket.
func arguments(model models.Model, socket string, threads int, chat share) []string {
	args := []string{
		"--model", model.Path, "--alias", model.Name, "--host", socket,
		"--threads", strconv.Itoa(threads), "--threads-http", "64", "--no-webui", "--metrics", "--slots",
		"--log-verbosity", "1", // errors only: warnings repeat parts of requests
	}
	if model.Parameters > 0 && model.Parameters < smallModel {
		args = append(args, "--fit", "off")
	}
	if model.Kind == models.Embedding {
		tokens := embeddingTokens
		if model.Context > 0 {
			tokens = min(model.Context, longestText)
		}
		// A text must fit one physical batch; more than that only takes memory.
		return append(args, "--embeddings", "--pooling", "mean",
			"--parallel", strconv.Itoa(embeddingSlots), "--ctx-size", strconv.Itoa(embeddingSlots*tokens),
			"--batch-size", strconv.Itoa(tokens), "--ubatch-size", strconv.Itoa(tokens))
	}
	return append(args, "--parallel", strconv.Itoa(chat.slots), "--ctx-size", strconv.Itoa(chat.slots*contextOf(model, chat.context)),
		"--batch-size", strconv.Itoa(chatBatch), "--ubatch-size", strconv.Itoa(chatBatch), "--cache-ram", strconv.Itoa(promptCacheMB))
}

// threadsFor shares the cores between the kinds. An engine's threads spin while they wait for each
// other, so where there are more threads than cores everything slows a hundredfold: the shares of a
// chat and an embedding engine that work at the same time never add up to more than the cores, and
// on small machines a single thread each keeps answering while others use the processor too.
func threadsFor(kind models.Kind, cores int) int {
	vectors := max(1, min(4, cores/4))
	if kind == models.Embedding {
		return vectors
	}
	return max(1, cores-vectors)
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
