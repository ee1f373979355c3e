package telemetry

import (
	"go.opentelemetry.io/otel/attribute"
)

// This file is the one place where our facts meet the names of OpenTelemetry's conventions for generative AI
// (open-telemetry/semantic-conventions-genai). Those are still in development: when they change, this file does.

// The instruments. Both waits for a first word count from the arrival of the request here: the gateway is the server of those
// who ask, and the client of the engines.
const (
	metricTokens     = "gen_ai.client.token.usage"
	metricDuration   = "gen_ai.client.operation.duration"
	metricFirstChunk = "gen_ai.client.operation.time_to_first_chunk"
	metricFirstToken = "gen_ai.server.time_to_first_token"
	metricEnergy     = "solidaire.energy" // no convention has energy yet
)

// The attributes.
const (
	keyOperation = attribute.Key("gen_ai.operation.name")
	keyProvider  = attribute.Key("gen_ai.provider.name")
	keyModel     = attribute.Key("gen_ai.request.model")
	keyAnswered  = attribute.Key("gen_ai.response.model")
	keyInput     = attribute.Key("gen_ai.usage.input_tokens")
	keyOutput    = attribute.Key("gen_ai.usage.output_tokens")
	keyTokenType = attribute.Key("gen_ai.token.type")
	keyError     = attribute.Key("error.type")
	keyServer    = attribute.Key("server.address")

	keyOutcome  = attribute.Key("solidaire.outcome")
	keyAttempts = attribute.Key("solidaire.attempts")
	keyAuto     = attribute.Key("solidaire.auto")
	keyJoules   = attribute.Key("solidaire.energy.joules")
	keyLabel    = attribute.Key("solidaire.energy.label")
)

// Values of gen_ai.token.type.
const (
	typeInput  = "input"
	typeOutput = "output"
)

// Bounds of the histograms, as the conventions advise.
func tokenBounds() []float64 {
	return []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
}

func secondBounds() []float64 {
	return []float64{.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20.48, 40.96, 81.92}
}

// operation is the convention's word for what was done.
func operation(x Exchange) string {
	switch x.Action {
	case "chat", "answer":
		return "chat"
	case "embed", "ask":
		return "embeddings"
	}
	return x.Action
}

// provider is the convention's word for who speaks: the dialect of the engine, and our own for engines of this machine.
func provider(x Exchange) string {
	switch {
	case x.Node == "local":
		return "solidaire"
	case x.Dialect == "anthropic", x.Dialect == "ollama":
		return x.Dialect
	}
	return "openai"
}

// spanName is what a trace shows.
func spanName(x Exchange) string {
	if x.Model == "" {
		return operation(x)
	}
	return operation(x) + " " + x.Model
}

// common are the attributes of every figure: few values each.
func common(x Exchange) []attribute.KeyValue {
	list := []attribute.KeyValue{keyOperation.String(operation(x)), keyProvider.String(provider(x)), keyModel.String(x.Model)}
	if x.Error != "" {
		list = append(list, keyError.String(x.Error))
	}
	return list
}

// described are the attributes of a trace.
func described(x Exchange) []attribute.KeyValue {
	list := append(common(x), keyAnswered.String(x.Model), keyServer.String(x.Node), keyOutcome.String(x.Outcome),
		keyAttempts.Int(len(x.Tried)+1), keyAuto.Bool(x.Auto), keyInput.Int(x.Prompt), keyOutput.Int(x.Output),
		keyLabel.String(string(x.Energy.Label)))
	if x.Energy.Joules != nil {
		list = append(list, keyJoules.Float64(*x.Energy.Joules))
	}
	return list
}
