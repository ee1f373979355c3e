package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func receiptShowCommand() command {
	var to target
	var out string
	return command{
		name: "receipt show", args: []string{"cli.arg.receipt"}, min: 1, max: 1,
		examples: []string{`receipt show 06f4…`, `receipt show --out recu.solidaire-receipt.json 06f4…`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.StringVar(&out, "out", "", "cli.flag.out")
		},
		run: func(ctx context.Context, c *call) error {
			id, err := core.ParseID(c.args[0])
			if err != nil {
				return usage("errors.cli_receipt_id", nil)
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			file, err := server.Receipt(ctx, id)
			if err != nil {
				return err
			}
			return c.giveReceipt(file, out)
		},
	}
}

// giveReceipt hands over a receipt: into a file, into a pipe byte for byte, or said in words on a terminal.
func (c *call) giveReceipt(file []byte, out string) error {
	switch {
	case out == "" && !c.term.outIsTTY, out == "-":
		_, err := c.term.out.Write(file)
		return err
	case out != "":
		if err := writeNew(out, file); err != nil {
			return core.Wrap(err, core.Unavailable, writeFailure(err), core.Args{"Path": printable(out)})
		}
	}
	verified, err := audittlog.Verify(file, audittlog.Options{})
	if err != nil {
		return err
	}
	c.tellReceipt(verified)
	if out != "" {
		fmt.Fprintln(c.term.out, c.speech.T("cli.receipt_written", core.Args{"Path": printable(out)}))
	}
	return nil
}

// writeNew creates a file, readable by its owner only since a receipt tells what somebody did. It never replaces one.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

func writeFailure(err error) string {
	if os.IsExist(err) {
		return "errors.cli_file_exists"
	}
	return "errors.cli_file_unwritable"
}
