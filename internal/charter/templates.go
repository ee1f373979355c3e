package charter

import (
	"embed"
	"encoding/json"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

//go:embed templates/*.json
var templateFiles embed.FS

// DefaultTemplate is the one chosen when the installer says nothing.
const DefaultTemplate = "equilibree"

// Templates lists the charters to start from, the most careful first.
func Templates() []string { return []string{"prudente", "equilibree", "ouverte"} }

// templateFile is a template as it is written: policies line by line, to be readable.
type templateFile struct {
	Document
	Articles []templateArticle `json:"articles"`
}

type templateArticle struct {
	Article
	Policy []string `json:"policy"`
}

// Template returns the document of a template.
func Template(id string) (Document, error) {
	if !slices.Contains(Templates(), id) {
		return Document{}, core.E(core.NotFound, "errors.charter_template_unknown", core.Args{"Templates": templateList()})
	}
	text, err := templateFiles.ReadFile("templates/" + id + ".json")
	if err != nil {
		return Document{}, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	var file templateFile
	if err := json.Unmarshal(text, &file); err != nil {
		return Document{}, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	d := file.Document
	d.Format, d.Template = Format, id
	d.Articles = make([]Article, len(file.Articles))
	for i, a := range file.Articles {
		d.Articles[i] = a.Article
		d.Articles[i].Policy = strings.Join(a.Policy, "\n")
	}
	return d, d.Validate()
}

// validTemplateID accepts "", for a charter that starts from none.
func validTemplateID(id string) bool { return id == "" || slices.Contains(Templates(), id) }

func templateList() string { return strings.Join(Templates(), ", ") }
