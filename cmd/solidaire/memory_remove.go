package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func memoryRemoveCommand() command {
	var to target
	return command{
		name: "memory remove", args: []string{"cli.arg.document"}, min: 1, max: 1,
		examples: []string{`memory remove documents/budget.pdf`},
		flags:    to.define,
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			documents, err := server.Documents(ctx)
			if err != nil {
				return err
			}
			document, err := chooseDocument(documents, c.args[0])
			if err != nil {
				return err
			}
			if err := server.RemoveDocument(ctx, document.ID); err != nil {
				return err
			}
			fmt.Fprintln(c.term.out, c.speech.T("cli.memory.removed", core.Args{"Name": printable(document.Name)}))
			return nil
		},
	}
}

// chooseDocument finds a document by its id or its name.
func chooseDocument(documents []gatewayapi.Document, which string) (gatewayapi.Document, error) {
	for _, d := range documents {
		if string(d.ID) == which || d.Name == which {
			return d, nil
		}
	}
	return gatewayapi.Document{}, core.E(core.NotFound, "errors.cli_document_unknown", core.Args{"Name": printable(which)})
}
