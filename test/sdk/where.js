// Where the program is, what it serves, and what every script asks of it.
function need(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: README.md says what a script needs`)
  return value
}

export const url = need("SOLIDAIRE_TEST_URL")
export const key = need("SOLIDAIRE_TEST_KEY")

// The real models.
export const chat = need("SOLIDAIRE_TEST_CHAT")
export const embedding = need("SOLIDAIRE_TEST_EMBEDDING")

// Models of engines that play a script, for what a small model cannot be relied on to do. Their tests are skipped where
// these engines are not there.
export const scripted = {
  skip: process.env.SOLIDAIRE_TEST_SCRIPTED === "1" ? false : "no engines that play a script here",
  says: "scripted-says", // says saysText, its bytes cut inside the letters
  tools: "scripted-tools", // calls weather, then says « Il fait 21 degrés. » once it has the result
  thinks: "scripted-thinks", // thinks « Voyons. », then says « Oui. »
  // says « Il », then its connection breaks: one for each script, and three times at most, for a server that fails
  // three times in a row is left alone for a while
  dies: `scripted-dies-${process.env.SOLIDAIRE_TEST_SCRIPT}`,
  endless: "scripted-endless", // says endlessText, then nothing more, without end
}

export const hello = "Say hello."
export const words = 12 // the most that a real model is asked for: it is slow
export const card = "My card is 4111 1111 1111 1111." // what the charter refuses
export const unknown = "no-such-model"
export const saysText = "Été à Magog."
export const endlessText = "un deux trois"

// The one tool: what it takes, and what it is called with.
export const weather = {
  name: "weather",
  description: "The temperature of a town",
  schema: { type: "object", properties: { town: { type: "string" } }, required: ["town"], additionalProperties: false },
  input: { town: "Magog" },
  result: "21",
  answer: "Il fait 21 degrés.",
}

// A shape that leaves a model no choice but of a word.
export const vote = {
  type: "object",
  properties: { vote: { type: "string", enum: ["for", "against"] } },
  required: ["vote"],
  additionalProperties: false,
}

// tooLong does not fit into the context of the chat model.
export const tooLong = "word ".repeat(12_000)
