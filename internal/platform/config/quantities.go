package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// wait is a key that holds a length of time, such as 90s or 15m.
func wait(name string, to *time.Duration, least, most time.Duration) key {
	return key{name: name, get: func() string { return writeWait(*to) }, set: func(v string) *core.Error {
		d, err := time.ParseDuration(v)
		if err != nil || d < least || d > most {
			refused := invalid("errors.config_not_wait")
			refused.Args["Least"], refused.Args["Most"] = writeWait(least), writeWait(most)
			return refused
		}
		*to = d
		return nil
	}}
}

// writeWait leaves out the parts that are zero: 15m, not 15m0s.
func writeWait(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// counts are what a count may end with.
var counts = [...]struct {
	name  string
	value float64
}{{"T", 1e12}, {"B", 1e9}, {"M", 1e6}, {"K", 1e3}}

// count is a key that holds a number as people write the size of models: 7B, 350M, 1.7B. Empty is zero: unknown.
func count(name string, to *int64) key {
	return key{name: name, get: func() string { return writeCount(*to) }, set: func(v string) *core.Error {
		number, factor := strings.TrimSpace(v), 1.0
		for _, c := range counts {
			if n, ok := strings.CutSuffix(strings.ToUpper(number), c.name); ok {
				number, factor = strings.TrimSpace(n), c.value
				break
			}
		}
		n, err := strconv.ParseFloat(number, 64)
		if n *= factor; v != "" && (err != nil || !(n >= 0) || n > 1e15) {
			return invalid("errors.config_not_count")
		}
		*to = int64(n)
		return nil
	}}
}

// tally is a key that holds a whole number between two others; nothing stands for zero, where zero is allowed.
func tally(name string, to *int64, least, most int64) key {
	get := func() string {
		if *to == 0 {
			return ""
		}
		return strconv.FormatInt(*to, 10)
	}
	return key{name: name, get: get, set: func(v string) *core.Error {
		n, err := strconv.ParseInt(v, 10, 64)
		if v == "" {
			n, err = 0, nil
		}
		if err != nil || n < least || n > most {
			refused := invalid("errors.config_not_tally")
			refused.Args["Least"], refused.Args["Most"] = least, most
			return refused
		}
		*to = n
		return nil
	}}
}

func writeCount(n int64) string {
	for _, c := range counts {
		if whole := int64(c.value); n >= whole && n%(whole/10) == 0 {
			return strconv.FormatFloat(float64(n)/c.value, 'f', -1, 64) + c.name
		}
	}
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// amount is a key that holds a number over zero, or nothing where it is not known: never zero for unknown.
func amount(name string, to *float64, most float64) key {
	get := func() string {
		if *to == 0 {
			return ""
		}
		return strconv.FormatFloat(*to, 'f', -1, 64)
	}
	return key{name: name, get: get, set: func(v string) *core.Error {
		n, err := strconv.ParseFloat(v, 64)
		if v == "" {
			n, err = 0, nil
		} else if !(n > 0) || n > most {
			err = strconv.ErrRange
		}
		if err != nil {
			refused := invalid("errors.config_not_amount")
			refused.Args["Most"] = strconv.FormatFloat(most, 'f', -1, 64)
			return refused
		}
		*to = n
		return nil
	}}
}

// maybe is a key that holds true, false, or nothing where nobody knows.
func maybe(name string, to **bool) key {
	get := func() string {
		if *to == nil {
			return ""
		}
		return strconv.FormatBool(**to)
	}
	return key{name: name, get: get, set: func(v string) *core.Error {
		switch v {
		case "":
			*to = nil
		case "true", "false":
			yes := v == "true"
			*to = &yes
		default:
			return invalid("errors.config_not_boolean")
		}
		return nil
	}}
}
