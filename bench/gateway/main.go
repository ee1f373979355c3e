// Command gateway measures Solidaire's gateway beside Go's bare reverse proxy, on the same machine, in the
// same run, against the same mock of an engine, and holds the result against bars.
//
// Method: mock, proxy, gateway and load generator are processes of their own that share the machine's
// cores, as on a small server. Every target gets the same bytes: a chat request of about one kilobyte on
// connections kept alive. After a warm-up, rounds alternate between the targets; the figures are the medians of
// the rounds. "Added" is the median latency less that of the mock asked directly. The gateway runs with all
// of its controls on: key, data labels, charter, budget, audit acknowledged after fsync.
//
// "Without" rows run the same program in a process of this command, with one control left out: what a row gains is what that
// control costs. Such a process (`gateway without …`, see dispatch) writes a profile of ten seconds and a short trace into its data
// directory when it is sent SIGUSR1. Peers are other gateways, installed by hand (bench/peers.md), with the controls that their file names.
//
//	go run ./bench/gateway run -solidaire ./bin/solidaire [-without] [-peers peers.json] [-soak 10m]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	switch {
	case len(args) >= 1 && args[0] == "run":
		return run(ctx, args[1:])
	case len(args) == 2 && args[0] == "mock":
		return serve(ctx, args[1], mock())
	case len(args) == 3 && args[0] == "proxy":
		return serve(ctx, args[1], proxy(args[2]))
	case len(args) == 5 && args[0] == "without":
		return serveWithout(ctx, args[1], args[2], args[3], args[4])
	}
	return errors.New("usage: gateway run [flags] | mock ADDR | proxy ADDR UPSTREAM | without ADDR DATA UPSTREAM CONTROL")
}
