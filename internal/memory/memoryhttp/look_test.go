package memoryhttp

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

func TestTheMemoryLooksRight(t *testing.T) {
	t.Parallel()
	start := at(quorum)
	pagetest.Look(t, pagesOf(t, furnished()), pagetest.Operator, map[string]string{
		"memory": "/memory", "search": "/memory?q=quorum+des+membres", "none": "/memory?q=licorne&page=0",
		"reader": readerPath(start, start+len(quorum)) + "#q", "erase": "/memory/documents/" + string(statutsID) + "/erase",
		"reader-error": "/memory/versions/" + statutsHash + "?start=9&end=2",
	})
	pagetest.Look(t, pagesOf(t, &fake{}), pagetest.Operator, map[string]string{"memory-empty": "/memory"})
}
