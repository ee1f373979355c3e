package arch_test

import "testing"

// The rules themselves: what they let through and what they stop.
func TestRules(t *testing.T) {
	t.Parallel()
	const refused, allowed = true, false
	for _, c := range []struct {
		from pkg
		what string
		want bool
	}{
		{"internal/core", "time", allowed},
		{"internal/core", module + "internal/audit", refused},
		{"internal/core", "go.yaml.in/yaml/v3", refused},
		{"internal/platform/web", module + "internal/core", allowed},
		{"internal/platform/web", module + "internal/platform/i18n", allowed},
		{"internal/platform/web", module + "internal/members", refused},
		{"internal/audit", "crypto/sha256", allowed},
		{"internal/audit", "database/sql", refused},
		{"internal/audit", "os/exec", refused},
		{"internal/audit", "github.com/x/y", refused},
		{"internal/audit", module + "internal/platform/sqldb", refused},
		{"internal/audit", module + "internal/audit/auditsql", refused},
		{"internal/audit", module + "internal/ledger", refused},
		{"internal/ledger", module + "internal/audit", allowed},
		{"internal/ledger", module + "internal/energy", refused}, // the same rank
		{"internal/ledger/ledgersql", module + "internal/platform/sqldb", allowed},
		{"internal/ledger/ledgersql", module + "internal/ledger", allowed},
		{"internal/ledger/ledgersql", module + "internal/audit/auditsql", refused},
		{"internal/ledger/ledgersql", module + "internal/gateway", refused},
		{"internal/gateway/gatewayapi", module + "internal/gateway/gatewayopenai", allowed},
		{"internal/energy/energyhttp", module + "internal/energy/energysql", refused},
		{"internal/energy/energyhttp", module + "internal/platform/sqldb", refused},
		{"internal/energy/energyhttp", "database/sql", refused},
		{"internal/gateway/gatewaytest", module + "internal/audit/audittest", allowed},
		{"internal/gateway", module + "internal/app", refused},
		{"internal/client", module + "internal/app", refused},
		{"internal/app", module + "internal/gateway/gatewayopenai", allowed},
		{"cmd/solidaire", module + "internal/app", allowed},
	} {
		if why := checkImport(c.from, c.what); (why != "") != c.want {
			t.Errorf("%s imports %s: %q", c.from, c.what, why)
		}
	}
	for folder, want := range map[pkg]bool{
		"internal/ledger": allowed, "internal/ledger/ledgersql": allowed, "internal/models/enginetest": allowed,
		"internal/ledger/sql": refused, "internal/util": refused, "internal/platform/jobs": allowed, "cmd/solidaire": allowed,
	} {
		if why := checkFolder(folder); (why != "") != want {
			t.Errorf("%s: %q", folder, why)
		}
	}
}
