package gatewayhousetest

import (
	"testing"

	"github.com/tidwall/gjson"
)

// Accounted checks that usage tells what the answer cost: its receipt, its energy with the label, and the carbon in the shape
// of others; and that it counts tokens under the names of its dialect.
func Accounted(t testing.TB, h *House, usage gjson.Result, prompt, output string) {
	t.Helper()
	record := h.Log.Only(t)
	if usage.Get("receipt").String() != string(record.ID) {
		t.Errorf("the receipt is not in %s", usage)
	}
	if usage.Get("energy.joules").Float() != 0.5 || usage.Get("energy.label").String() != "estimated-published" {
		t.Errorf("the energy is not in %s", usage)
	}
	if carbon := usage.Get("carbon"); carbon.Get("kWh.min").Float() != 0.5/3.6e6 || carbon.Get("label").String() != "estimated-published" || !carbon.Get("kgCO2eq.max").Exists() {
		t.Errorf("the carbon is not in %s", usage)
	}
	if usage.Get(prompt).Int() != int64(record.PromptTokens) || usage.Get(output).Int() != int64(record.OutputTokens) || record.OutputTokens == 0 {
		t.Errorf("the record counts %d and %d tokens, the usage is %s", record.PromptTokens, record.OutputTokens, usage)
	}
	if usage.Get("estimated").Bool() != record.UsageEstimated {
		t.Errorf("our own count is not said to be one in %s", usage)
	}
}
