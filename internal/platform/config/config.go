// Package config reads the configuration: built-in defaults, then one YAML file, then the environment, then
// what the command line sets. Everything works without any.
//
// Promises: an unknown key, a key given twice, a value of the wrong kind or a file over MaxFileBytes is
// refused with the key, the place and the next step, never skipped; a secret may always be given as a file;
// no error holds the value of a secret.
//
// docs/operations/configuration.md lists the keys; a test keeps it equal to Keys and BackendKeys.
package config

import "time"

// Config is every setting. A field's key is its path in lower case with underscores, and its variable is
// SOLIDAIRE_ followed by the key in upper case: Engine.KeyFile is engine.key_file and
// SOLIDAIRE_ENGINE_KEY_FILE.
type Config struct {
	// Data is the data directory. It holds the database, the audit log, documents, models and secrets.
	Data string
	// Addr is the host:port that pages and the API listen on.
	Addr string
	// PublicURL is the address that people use, when it is not http://Addr: behind a reverse proxy.
	PublicURL string
	// TimeZone is where the organisation lives, as America/Montreal: its days begin and its hours are told there. Empty: the
	// zone of the machine.
	TimeZone string
	// DatabaseURL is a postgres:// address. Empty, and DatabaseFile too: SQLite in the data directory.
	DatabaseURL string
	// DatabaseFile is a file that holds the database address, so that its password stays out of here.
	DatabaseFile string
	// Demo installs the demonstration co-operative in an empty data directory.
	Demo   bool
	Engine Engine
	// Backends are servers that answer beside the engines of this machine, the preferred one first. The
	// environment gives the same list as YAML.
	Backends   []Backend
	Auto       Auto
	Charter    Charter
	Governance Governance
	Energy     Energy
	Limits     Limits
	Telemetry  Telemetry
	Mail       Mail
	Log        Log
}

// Mail says through whom invitations go. Without a server, pages give the links to hand over.
type Mail struct {
	// Server is the host:port of the SMTP server. Empty: no mail is sent.
	Server string
	// Security is starttls, tls (from the first byte) or none.
	Security string
	// User signs in to the server. Empty: it asks for none.
	User string
	// PasswordFile is a file that holds the user's password.
	PasswordFile string
	// From is the address that letters come from.
	From string
}

// Engine says what answers.
type Engine struct {
	// URL is an OpenAI-compatible server to use instead of starting engines here.
	URL string
	// KeyFile is a file that holds the key of that server.
	KeyFile string
	// Replies is how that server is asked for an answer that its caller wants whole: streamed, or Whole.
	Replies string
	// Program is the llama-server to start. Empty: the one in the data directory, then the one on PATH.
	Program string
	// HeaderWait is how long an engine or a server may be silent before it begins to answer: a processor
	// without help may read a long prompt for minutes.
	HeaderWait time.Duration
	// IdleWait is how long it may then be silent in the middle of an answer.
	IdleWait time.Duration
	// Context is how many tokens one request to a chat model started here may take, its answer included: more takes
	// memory for each of Slots. A model that reads less gets what it reads.
	Context int64
	// Slots is how many requests a chat model started here works on at once; the others wait. 0: 4 with eight cores or
	// more, else 2.
	Slots int64
}

// Auto says how the model "auto" chooses.
type Auto struct {
	// DemandingParameters is the size of model that demanding tasks (code, calculation) go to at least, where
	// there is one.
	DemandingParameters int64
}

// Energy says what a kilowatt-hour stands for.
type Energy struct {
	// CarbonGramsPerKwh is what a kilowatt-hour emits where the machines run, in grams of CO₂ equivalent.
	// Empty: unknown, and so are all emissions.
	CarbonGramsPerKwh float64
	// CarbonSource says where that figure comes from.
	CarbonSource string
}

// Telemetry says where traces and figures go beside /metrics. None holds a prompt or an answer.
type Telemetry struct {
	// Endpoint is an OpenTelemetry collector's address (OTLP over HTTP). Empty: nothing is sent.
	Endpoint string
	// KeyFile is a file that holds the collector's Authorization header.
	KeyFile string
}

// Charter says how an installation begins.
type Charter struct {
	// Template is the charter that a new installation starts from, until members vote: prudente, equilibree
	// or ouverte.
	Template string
}

// Governance says how an installation begins to decide.
type Governance struct {
	// Rules is the set of rules of decision that a new installation starts from, until members vote another.
	// The demonstration starts from its own, without delays.
	Rules string
}

// Limits bound what callers may send.
type Limits struct {
	// MaxBodyBytes bounds the body of one request to the API.
	MaxBodyBytes int64
	// DrainWait is how long answers under way may go on once the program is asked to stop.
	DrainWait time.Duration
}

// Log says what is written of what happens. No prompt, answer or secret ever is.
type Log struct {
	// Level is the least that is written: debug, info, warn or error.
	Level string
	// Format is text for people or json for programs.
	Format string
}

// Default is the configuration of an installation that configures nothing.
func Default() Config {
	return Config{
		Data:       "./data",
		Addr:       "127.0.0.1:8484",
		Engine:     Engine{Replies: "streamed", HeaderWait: 15 * time.Minute, IdleWait: 10 * time.Minute, Context: 4096},
		Auto:       Auto{DemandingParameters: 3e9},
		Charter:    Charter{Template: "equilibree"},
		Governance: Governance{Rules: "quebec-c-67.2"},
		Limits:     Limits{MaxBodyBytes: 32 << 20, DrainWait: 10 * time.Second},
		Mail:       Mail{Security: "starttls"},
		Log:        Log{Level: "info", Format: "text"},
	}
}
