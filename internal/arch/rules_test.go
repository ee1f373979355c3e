package arch_test

import (
	"fmt"
	"path"
	"strings"
)

// module is the import path of the repository.
const module = "github.com/solidaire-coop/solidaire/"

// ranks orders the rooms. A room may import rooms of a lower rank, never of its own or a higher one.
var ranks = map[string]int{
	"audit":   1,
	"members": 2,
	"charter": 3, "ledger": 3, "models": 3, "energy": 3, "dlp": 3,
	"memory": 4, "governance": 4,
	"meetings": 5,
	"gateway":  6,
}

// outside lists the folders of internal that are no rooms, with the reason they exist.
var outside = map[string]string{
	"core":     "the words that every room shares",
	"platform": "technical ground: database, web, languages, configuration, telemetry",
	"app":      "puts the rooms together",
	"client":   "how the commands speak to a running server",
	"arch":     "these rules",
	"e2e":      "tests of the whole program",
}

// forbiddenInDomain are packages of the standard library that tie rules to a technology.
var forbiddenInDomain = map[string]string{
	"database/sql":  "a store is an adapter",
	"net/http":      "a surface is an adapter",
	"html/template": "a page is an adapter",
	"os/exec":       "running a program is an adapter's work",
}

// pkg is one package: its folder relative to the repository, with slashes.
type pkg string

// parts splits internal/<room>/<adapter>; adapter is empty for the room itself.
func (p pkg) parts() (room, adapter string) {
	rest, ok := strings.CutPrefix(string(p), "internal/")
	if !ok {
		return "", ""
	}
	room, adapter, _ = strings.Cut(rest, "/")
	return room, adapter
}

func (p pkg) isTestHelper() bool { return strings.HasSuffix(string(p), "test") }

// checkImport says why from may not import what; "" when it may.
func checkImport(from pkg, what string) string {
	room, adapter := from.parts()
	if why := httpNeverSQL(from, what); why != "" {
		return why
	}
	switch {
	case room == "": // cmd, bench
		return ""
	case room == "core":
		return onlyStandard(what)
	case room == "platform":
		return platformImport(what)
	case ranks[room] == 0: // app, client, e2e, arch
		return notTheComposition(room, what)
	case adapter == "" && !from.isTestHelper():
		if reason := forbiddenInDomain[what]; reason != "" {
			return fmt.Sprintf("a room's rules do not import %s: %s", what, reason)
		}
		if isThirdParty(what) {
			return "a room's rules import the standard library only"
		}
	}
	return roomImport(room, adapter, from.isTestHelper(), what)
}

// roomImport checks what a room, or an adapter of it, imports from the repository.
func roomImport(room, adapter string, helper bool, what string) string {
	target, ours := strings.CutPrefix(what, module)
	if !ours {
		return ""
	}
	to, toAdapter := pkg(target).parts()
	switch {
	case to == "core":
		return ""
	case to == "platform":
		if adapter == "" {
			return "a room's rules do not import the platform"
		}
		return ""
	case to == room:
		if adapter == "" {
			return "a room does not import its adapters: it owns the interfaces that they satisfy"
		}
		return ""
	case ranks[to] == 0:
		return "a room does not know " + target
	case ranks[to] >= ranks[room]:
		return fmt.Sprintf("imports only go down: %s has rank %d, %s has rank %d. Own an interface instead", room, ranks[room], to, ranks[to])
	case toAdapter != "" && !helper:
		return "another room's adapter: import the room itself, and take what you need as an interface"
	}
	return ""
}

func httpNeverSQL(from pkg, what string) string {
	to := path.Base(what)
	if strings.HasSuffix(string(from), "http") && (strings.HasSuffix(to, "sql") || to == "sqldb") {
		return "a surface does not import a store: pages work on interfaces"
	}
	return ""
}

func onlyStandard(what string) string {
	if isThirdParty(what) || strings.HasPrefix(what, module) {
		return "core imports the standard library only"
	}
	return ""
}

func platformImport(what string) string {
	target, ours := strings.CutPrefix(what, module)
	if !ours {
		return ""
	}
	if room, _ := pkg(target).parts(); room != "core" && room != "platform" {
		return "the platform knows core and third parties, never a room"
	}
	return ""
}

func notTheComposition(room, what string) string {
	target, _ := strings.CutPrefix(what, module)
	if to, _ := pkg(target).parts(); to == "app" && room == "client" {
		return "the client speaks to a server, it does not build one"
	}
	return ""
}

// isThirdParty tells example.org/x from the standard library.
func isThirdParty(what string) bool {
	first, _, _ := strings.Cut(what, "/")
	return strings.Contains(first, ".") && !strings.HasPrefix(what, module)
}

// checkFolder says why a package may not be where it is; "" when it may.
func checkFolder(p pkg) string {
	room, adapter := p.parts()
	switch {
	case room == "" || outside[room] != "":
		return ""
	case ranks[room] == 0:
		return "no row of the table in internal/arch knows this folder: give the room its rank"
	case adapter == "" || strings.HasPrefix(adapter, room) || strings.HasSuffix(adapter, "test"):
		return ""
	}
	return "an adapter's name begins with its room's: " + room + "<technology>"
}
