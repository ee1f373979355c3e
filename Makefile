# Solidaire. The two commands of the README are `make run` and `make test`.

ADDR ?= 127.0.0.1:8484
DATA ?= ./data
export CGO_ENABLED = 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD = go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/solidaire ./cmd/solidaire

.PHONY: run build setup test check e2e bench fuzz clean

## run: fetch and check the engine and models once, build, start the demonstration
run: build
	@./bin/solidaire setup --data $(DATA) || true # it has said what is missing; the program starts all the same
	@exec ./bin/solidaire serve --demo --data $(DATA) --addr $(ADDR)

## build: the program, in ./bin/solidaire
build:
	@$(BUILD)

## setup: fetch and check the engine and models into the cache
setup: build
	@./bin/solidaire setup --data $(DATA)

## test: everything, on real parts: SQLite, PostgreSQL, the engine, its models, a browser
test:
	@./test/run.sh

## check: formatting, vet, import rules, tests with the race detector
check:
	@./test/check.sh

## e2e: the whole program, from the terminal and in a browser
e2e: build
	@SOLIDAIRE_TEST_FULL=1 ./test/needs.sh
	@SOLIDAIRE_TEST_FULL=1 SOLIDAIRE_TEST_BROWSER=required go test -count=1 -timeout 60m ./internal/e2e/... ./cmd/solidaire

## bench: the bars of bench/, with the method, into bench/results
bench: build
	@./bench/run.sh

## fuzz: each fuzz target for a short time (FUZZTIME)
fuzz:
	@./test/fuzz.sh

clean:
	rm -rf bin data
