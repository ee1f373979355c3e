package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// prefix begins the name of every variable of ours.
const prefix = "SOLIDAIRE_"

// key ties a name to its place in a Config.
type key struct {
	name string
	set  func(value string) *core.Error // without Key and Origin
	get  func() string
}

// keys lists the keys of c in the order of the manual.
func keys(c *Config) []key {
	return []key{
		text("data", &c.Data, notEmpty),
		text("addr", &c.Addr, hostPort),
		text("public_url", &c.PublicURL, webAddress),
		text("time_zone", &c.TimeZone, timeZone),
		text("database_url", &c.DatabaseURL, databaseAddress),
		text("database_file", &c.DatabaseFile, anything),
		flag("demo", &c.Demo),
		text("engine.url", &c.Engine.URL, webAddress),
		text("engine.key_file", &c.Engine.KeyFile, anything),
		text("engine.replies", &c.Engine.Replies, oneOf("streamed", Whole)),
		text("engine.program", &c.Engine.Program, anything),
		wait("engine.header_wait", &c.Engine.HeaderWait, time.Second, 24*time.Hour),
		wait("engine.idle_wait", &c.Engine.IdleWait, time.Second, 24*time.Hour),
		tally("engine.context", &c.Engine.Context, 512, 1<<20),
		tally("engine.slots", &c.Engine.Slots, 0, 64),
		backendList("backends", &c.Backends),
		count("auto.demanding_parameters", &c.Auto.DemandingParameters),
		text("charter.template", &c.Charter.Template, oneOf("prudente", "equilibree", "ouverte")),
		text("governance.rules", &c.Governance.Rules, oneOf("quebec-c-67.2", "canada-coop", "scop", "scic", "association-fr", "demonstration")),
		amount("energy.carbon_grams_per_kwh", &c.Energy.CarbonGramsPerKwh, 5000),
		text("energy.carbon_source", &c.Energy.CarbonSource, anything),
		size("limits.max_body_bytes", &c.Limits.MaxBodyBytes, 1<<10, 1<<30),
		wait("limits.drain_wait", &c.Limits.DrainWait, 0, time.Hour),
		text("telemetry.endpoint", &c.Telemetry.Endpoint, webAddress),
		text("telemetry.key_file", &c.Telemetry.KeyFile, anything),
		text("mail.server", &c.Mail.Server, optional(hostPort)),
		text("mail.security", &c.Mail.Security, oneOf("starttls", "tls", "none")),
		text("mail.user", &c.Mail.User, anything),
		text("mail.password_file", &c.Mail.PasswordFile, anything),
		text("mail.from", &c.Mail.From, anything),
		text("log.level", &c.Log.Level, oneOf("debug", "info", "warn", "error")),
		text("log.format", &c.Log.Format, oneOf("text", "json")),
	}
}

// Key describes one key, for the manual.
type Key struct {
	Name     string
	Variable string
	Default  string // "" when empty
	About    string // translation key of its description
}

// Keys lists every key.
func Keys() []Key {
	c := Default()
	var all []Key
	for _, k := range keys(&c) {
		all = append(all, Key{Name: k.name, Variable: variable(k.name), Default: k.get(), About: "config.key." + k.name})
	}
	return all
}

// Set gives a key its value, as the command line does. It fails with core.Invalid.
func (c *Config) Set(name, value string) error {
	return c.set(name, value, name)
}

func (c *Config) set(name, value, origin string) error {
	return setIn(keys(c), "", name, value, origin)
}

// setIn gives one of the keys its value. Errors tell the whole name, path and all, unless they name a place already.
func setIn(keys []key, path, name, value, origin string) error {
	for _, k := range keys {
		if k.name != name {
			continue
		}
		if err := k.set(value); err != nil {
			if _, told := err.Args["Key"]; !told {
				err.Args["Key"], err.Args["Origin"] = path+name, origin
			}
			return err
		}
		return nil
	}
	return core.E(core.Invalid, "errors.config_key_unknown", core.Args{"Key": path + name, "Origin": origin})
}

func variable(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

func invalid(why string) *core.Error { return core.E(core.Invalid, why, core.Args{}) }

func text(name string, to *string, check func(string) *core.Error) key {
	return key{name: name, get: func() string { return *to }, set: func(v string) *core.Error {
		if strings.ContainsAny(v, "\x00\r\n") {
			return invalid("errors.config_not_one_line")
		}
		if err := check(v); err != nil {
			return err
		}
		*to = v
		return nil
	}}
}

func flag(name string, to *bool) key {
	return key{name: name, get: func() string { return strconv.FormatBool(*to) }, set: func(v string) *core.Error {
		switch v {
		case "true":
			*to = true
		case "false":
			*to = false
		default:
			return invalid("errors.config_not_boolean")
		}
		return nil
	}}
}

func size(name string, to *int64, least, most int64) key {
	return key{name: name, get: func() string { return writeSize(*to) }, set: func(v string) *core.Error {
		n, ok := parseSize(v)
		if !ok || n < least || n > most {
			err := invalid("errors.config_not_size")
			err.Args["Least"], err.Args["Most"] = writeSize(least), writeSize(most)
			return err
		}
		*to = n
		return nil
	}}
}

// units are what a size may end with.
var units = [...]struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

func parseSize(v string) (int64, bool) {
	factor := int64(1)
	for _, u := range units {
		if number, ok := strings.CutSuffix(v, u.name); ok {
			v, factor = strings.TrimSpace(number), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(v, 10, 32)
	return n * factor, err == nil
}

func writeSize(n int64) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

func anything(string) *core.Error { return nil }

func notEmpty(v string) *core.Error {
	if strings.TrimSpace(v) == "" {
		return invalid("errors.config_empty")
	}
	return nil
}

func hostPort(v string) *core.Error {
	_, port, err := net.SplitHostPort(v)
	if n, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || n > 65535 {
		return invalid("errors.config_not_address")
	}
	return nil
}

// optional lets a value be empty.
func optional(check func(string) *core.Error) func(string) *core.Error {
	return func(v string) *core.Error {
		if v == "" {
			return nil
		}
		return check(v)
	}
}

func webAddress(v string) *core.Error {
	u, err := url.Parse(v)
	if v != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "") {
		return invalid("errors.config_not_url")
	}
	return nil
}

func timeZone(v string) *core.Error {
	if _, err := time.LoadLocation(v); err != nil {
		return invalid("errors.config_not_time_zone")
	}
	return nil
}

func databaseAddress(v string) *core.Error {
	if v != "" && !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") {
		return invalid("errors.config_not_database")
	}
	return nil
}

func oneOf(choices ...string) func(string) *core.Error {
	return func(v string) *core.Error {
		if slices.Contains(choices, v) {
			return nil
		}
		err := invalid("errors.config_not_choice")
		err.Args["Choices"] = strings.Join(choices, ", ")
		return err
	}
}
