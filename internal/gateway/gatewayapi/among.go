package gatewayapi

import (
	"net/url"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// among reads what a search is narrowed to: source, kind, body, since, until.
func among(query url.Values) (memory.Among, error) {
	out := memory.Among{Source: query.Get("source"), Kind: query.Get("kind"), Body: query.Get("body")}
	for name, into := range map[string]*time.Time{"since": &out.Since, "until": &out.Until} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return out, core.Wrap(err, core.Invalid, "errors.memory_among_date", core.Args{"Param": name})
		}
		*into = day
	}
	return out, nil
}
