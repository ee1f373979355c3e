// Ollama's own client against the program.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Ollama } from "ollama"
import { card, chat, embedding, endlessText, hello, key, saysText, scripted, unknown, url, vote, weather, words } from "./where.js"

const open = (secret) => new Ollama({ host: url, headers: { Authorization: `Bearer ${secret}` } })
const client = open(key)
const options = { num_predict: words, temperature: 0 }
const ask = (model, content = hello, more = {}) => ({ model, messages: [{ role: "user", content }], options, ...more })
const tools = [{ type: "function", function: { name: weather.name, description: weather.description, parameters: weather.schema } }]

// gather reads a stream to its end.
async function gather(stream, field) {
  let text = ""
  let last
  for await (const part of stream) {
    text += field(part)
    last = part
  }
  return { text, last }
}

// problemOf gives the error of what must fail.
const problemOf = (promise) => promise.then(() => assert.fail("it was answered"), (e) => e)

test("models", async () => {
  const { models } = await client.list()
  const names = models.map((model) => model.name)
  assert.ok(names.some((name) => name.startsWith(chat)), `${names}`)
  for (const model of models) assert.ok(model.model && model.details, JSON.stringify(model))
  const shown = await client.show({ model: chat })
  assert.ok(shown.details && shown.capabilities.includes("completion"), JSON.stringify(shown))
  assert.ok((await client.show({ model: embedding })).capabilities.includes("embedding"))
  assert.match((await client.version()).version, /./)
  assert.ok(Array.isArray((await client.ps()).models))
})

test("chat", async (t) => {
  await t.test("whole, with counts and receipt", async () => {
    const got = await client.chat(ask(chat))
    assert.ok(got.done && got.message.role === "assistant" && got.message.content.length > 0, JSON.stringify(got))
    assert.ok(got.prompt_eval_count > 0 && got.eval_count > 0 && got.total_duration > 0 && got.receipt)
    assert.ok(["stop", "length"].includes(got.done_reason))
  })
  await t.test("streaming", async () => {
    const { text, last } = await gather(await client.chat(ask(chat, hello, { stream: true })), (part) => part.message.content)
    assert.ok(text.length > 0 && last.done && last.prompt_eval_count > 0 && last.eval_count > 0, JSON.stringify(last))
  })
  await t.test("a JSON schema holds", async () => {
    const got = await client.chat(ask(chat, "Do you vote for or against?", { format: vote, options: { num_predict: 64 } }))
    assert.ok(vote.properties.vote.enum.includes(JSON.parse(got.message.content).vote), got.message.content)
  })
})

test("generate", async () => {
  const asked = { model: chat, prompt: hello, system: "Be kind.", options }
  const whole = await client.generate(asked)
  assert.ok(whole.done && whole.response.length > 0)
  const { text, last } = await gather(await client.generate({ ...asked, stream: true }), (part) => part.response)
  assert.ok(text.length > 0 && last.eval_count > 0)
})

test("embed", async () => {
  const got = await client.embed({ model: embedding, input: ["query: quorum", "passage: l’assemblée"] })
  assert.deepEqual(got.embeddings.map((vector) => vector.length), [384, 384])
  assert.ok(got.prompt_eval_count > 0)
  assert.equal((await client.embeddings({ model: embedding, prompt: "query: quorum" })).embedding.length, 384)
})

test("tools", { skip: scripted.skip }, async () => {
  const first = await client.chat(ask(scripted.tools, "Weather?", { tools }))
  const [call] = first.message.tool_calls
  assert.equal(call.function.name, weather.name)
  assert.deepEqual(call.function.arguments, weather.input)
  const streamed = []
  for await (const part of await client.chat(ask(scripted.tools, "Weather?", { tools, stream: true }))) streamed.push(...(part.message.tool_calls ?? []))
  assert.deepEqual(streamed.map((one) => one.function.arguments), [weather.input])
  const messages = [{ role: "user", content: "Weather?" }, first.message, { role: "tool", tool_name: weather.name, content: weather.result }]
  assert.equal((await client.chat({ model: scripted.tools, messages, tools })).message.content, weather.answer)
})

test("thinking is kept apart from the text", { skip: scripted.skip }, async () => {
  const got = await client.chat(ask(scripted.thinks, hello, { think: true }))
  assert.deepEqual([got.message.thinking, got.message.content], ["Voyons.", "Oui."])
})

test("whole and streamed say the same, to the letter", { skip: scripted.skip }, async () => {
  const whole = await client.chat(ask(scripted.says))
  const { text, last } = await gather(await client.chat(ask(scripted.says, hello, { stream: true })), (part) => part.message.content)
  assert.equal(whole.message.content, saysText)
  assert.equal(text, saysText)
  assert.equal(last.eval_count, whole.eval_count)
})

test("errors are the client's own", async (t) => {
  const cases = {
    "a wrong key": [() => open("sol_wrong").chat(ask(chat)), 401],
    "an unknown model": [() => client.chat(ask(unknown)), 404],
    "what the charter refuses": [() => client.chat(ask(chat, card)), 403],
    "the same, streaming": [() => client.chat(ask(chat, card, { stream: true })), 403],
    "pulling a model": [() => client.pull({ model: "llama" }), 403],
  }
  for (const [name, [call, status]] of Object.entries(cases)) {
    await t.test(name, async () => {
      const problem = await problemOf(call())
      assert.equal(problem.name, "ResponseError")
      assert.equal(problem.status_code, status)
      if (name.includes("charter")) assert.match(problem.message, /Article \d/)
    })
  }
})

test("a connection that breaks is an error, never an end", { skip: scripted.skip }, async () => {
  let text = ""
  const problem = await problemOf((async () => {
    for await (const part of await client.chat(ask(scripted.dies, hello, { stream: true }))) text += part.message.content
  })())
  assert.equal(text, "Il")
  assert.doesNotMatch(problem.message, /Did not receive done/) // the line that says why was read
})

test("leaving in mid-answer", { skip: scripted.skip }, async () => {
  let text = ""
  const stream = await client.chat(ask(scripted.endless, hello, { stream: true }))
  await assert.rejects(async () => {
    for await (const part of stream) {
      text += part.message.content
      if (text === endlessText) stream.abort()
    }
  }, { name: "AbortError" })
})
