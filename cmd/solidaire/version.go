package main

import (
	"context"
	"fmt"
	"runtime"
)

func versionCommand() command {
	return command{
		name: "version", examples: []string{`version`},
		run: func(_ context.Context, c *call) error {
			fmt.Fprintf(c.term.out, "solidaire %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
