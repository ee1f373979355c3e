package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func auditVerifyCommand() command {
	var key, charterFile string
	return command{
		name: "audit verify", args: []string{"cli.arg.receipt_file"}, min: 1, max: 1,
		examples: []string{`audit verify recu.solidaire-receipt.json`, `audit verify --key ia.exemple.coop+1a2b3c4d+AQ… recu.solidaire-receipt.json`,
			`audit verify --charter charte.json recu.solidaire-receipt.json`},
		flags: func(set *flag.FlagSet) {
			set.StringVar(&key, "key", "", "cli.flag.log_key")
			set.StringVar(&charterFile, "charter", "", "cli.flag.charter_file")
		},
		run: func(_ context.Context, c *call) error {
			file, err := c.readReceipt(c.args[0])
			if err != nil {
				return err
			}
			pin, err := logKey(key)
			if err != nil {
				return err
			}
			verified, err := audittlog.Verify(file, audittlog.Options{Pin: pin})
			if err != nil {
				return err
			}
			if charterFile == "" {
				c.tellReceipt(verified)
				return nil
			}
			right, err := c.readRight(charterFile, verified)
			if err != nil {
				return err
			}
			c.tellReceipt(verified)
			c.tellRight(right, verified.Record.Articles)
			return nil
		},
	}
}

// readReceipt reads a receipt file, "-" for the standard input, and never more than one can hold.
func (c *call) readReceipt(path string) ([]byte, error) {
	return c.readBounded(path, audit.MaxReceiptBytes)
}

// readBounded reads a file, "-" for the standard input, and one byte more than the most that it may hold at the most.
func (c *call) readBounded(path string, most int64) ([]byte, error) {
	in := c.term.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, unreadable(err, path)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, unreadable(err, path)
	}
	return data, nil
}

// logKey accepts the key of the log itself, and refuses what is none: a mistyped key must not look like a forgery.
func logKey(key string) (string, error) {
	key = strings.TrimSpace(key)
	if key != "" && audittlog.Fingerprint(key) == "" {
		return "", usage("errors.cli_log_key", core.Args{"Key": printable(key)})
	}
	return key, nil
}

// tellReceipt says what a verified receipt proves, how far its key can be trusted, and what it does not prove.
func (c *call) tellReceipt(v audittlog.Verified) {
	for _, say := range []func() (string, core.Args){v.Statement, v.Caveat} {
		key, args := say()
		if _, timed := args["Time"]; timed {
			args["Time"] = c.moment(v.Record.Time)
		}
		fmt.Fprintln(c.term.out, printable(c.speech.T(key, args)))
	}
	if v.Record.Restriction != "" {
		fmt.Fprintln(c.term.out, c.speech.T("restriction.proved", core.Args{"Chain": v.Record.Restriction}))
	}
	fmt.Fprintln(c.term.out, c.speech.T("receipts.proves.limit"))
}
