package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func memoryRemoveCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "memory remove", args: []string{"cli.arg.document"}, min: 1, max: 1,
		examples: []string{`memory remove documents/budget.pdf`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			document, err := chooseDocument(ctx, server, c.args[0])
			if err == nil {
				err = server.RemoveDocument(ctx, document.ID)
			}
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				return c.writeJSON(map[string]string{"removed": string(document.ID), "name": document.Name})
			}
			fmt.Fprintln(c.term.out, c.speech.T("cli.memory.removed", core.Args{"Name": printable(document.Name)}))
			return nil
		},
	}
}

// chooseDocument finds a document by its name or its id. A name that several sources have needs the id.
func chooseDocument(ctx context.Context, server *server, which string) (gatewayapi.Document, error) {
	found, err := server.DocumentsNamed(ctx, which)
	if err != nil {
		return gatewayapi.Document{}, err
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if id, err := core.ParseID(which); err == nil {
			return server.Document(ctx, id)
		}
		return gatewayapi.Document{}, core.E(core.NotFound, "errors.cli_document_unknown", core.Args{"Name": printable(which)})
	}
	ids := make([]string, len(found))
	for i, d := range found {
		ids[i] = string(d.ID)
	}
	return gatewayapi.Document{}, core.E(core.Conflict, "errors.cli_document_ambiguous", core.Args{"Name": printable(which), "IDs": strings.Join(ids, ", ")})
}
