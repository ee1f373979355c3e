// Anthropic's own client against the program.
import assert from "node:assert/strict"
import { test } from "node:test"
import Anthropic from "@anthropic-ai/sdk"
import { card, chat, endlessText, hello, key, saysText, scripted, unknown, url, weather, words } from "./where.js"

const open = (apiKey) => new Anthropic({ baseURL: url, apiKey, authToken: null, maxRetries: 0 })
const client = open(key)
const ask = (model, content = hello, more = {}) => ({ model, messages: [{ role: "user", content }], max_tokens: words, temperature: 0, ...more })
const tools = [{ name: weather.name, description: weather.description, input_schema: weather.schema }]
const textOf = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("")

test("messages", async (t) => {
  await t.test("whole, with usage and receipt", async () => {
    const { data, response } = await client.messages.create(ask(chat, hello, { system: "Be kind." })).withResponse()
    assert.ok(textOf(data).length > 0 && ["end_turn", "max_tokens"].includes(data.stop_reason), JSON.stringify(data))
    assert.equal(data.role, "assistant")
    assert.equal(data.model, chat)
    assert.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0)
    assert.equal(data.usage.receipt, response.headers.get("x-solidaire-receipt"))
    assert.ok(data._request_id)
  })
  await t.test("gathered from a stream", async () => {
    const kinds = []
    let text = ""
    const stream = client.messages.stream(ask(chat))
    stream.on("text", (piece) => (text += piece)).on("streamEvent", (event) => kinds.push(event.type))
    const final = await stream.finalMessage()
    assert.equal(textOf(final), text)
    assert.ok(final.usage.input_tokens > 0 && final.usage.output_tokens > 0)
    const once = kinds.filter((kind, i) => kind !== kinds[i - 1])
    assert.deepEqual(once, ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"])
  })
  await t.test("blocks, several turns and a stop sequence", async () => {
    const got = await client.messages.create({
      model: chat, max_tokens: words, stop_sequences: ["."],
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      messages: [
        { role: "user", content: [{ type: "text", text: hello }] },
        { role: "assistant", content: [{ type: "text", text: "Hello" }] },
        { role: "user", content: [{ type: "text", text: "Again, please." }] },
      ],
    })
    assert.ok(!textOf(got).includes("."))
  })
})

test("a key given as a token", async () => {
  const bearer = new Anthropic({ baseURL: url, apiKey: null, authToken: key, maxRetries: 0 })
  assert.ok(textOf(await bearer.messages.create(ask(chat))).length > 0)
})

test("models", async () => {
  const names = []
  for await (const model of client.models.list()) names.push(model.id)
  assert.ok(names.includes(chat), `${names}`)
  assert.equal((await client.models.retrieve(chat)).id, chat)
})

test("counting", async () => {
  const short = await client.messages.countTokens({ model: chat, messages: [{ role: "user", content: "One." }] })
  const long = await client.messages.countTokens({ model: chat, messages: [{ role: "user", content: "One, two, three, four, five." }] })
  assert.ok(short.input_tokens > 0 && long.input_tokens > short.input_tokens)
  const told = (await client.messages.create(ask(chat, "One."))).usage.input_tokens
  assert.equal(short.input_tokens, told, "what is counted is what is used")
})

test("tools", { skip: scripted.skip }, async (t) => {
  const check = (message) => {
    const call = message.content.find((block) => block.type === "tool_use")
    assert.equal(message.stop_reason, "tool_use")
    assert.equal(call.name, weather.name)
    assert.deepEqual(call.input, weather.input)
    return call
  }
  await t.test("whole", async () => check(await client.messages.create(ask(scripted.tools, "Weather?", { tools }))))
  await t.test("gathered from a stream", async () => check(await client.messages.stream(ask(scripted.tools, "Weather?", { tools })).finalMessage()))
  await t.test("the result goes back", async () => {
    const first = await client.messages.create(ask(scripted.tools, "Weather?", { tools }))
    const call = check(first)
    const second = await client.messages.create({
      model: scripted.tools, max_tokens: 64, tools,
      messages: [
        { role: "user", content: "Weather?" },
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: weather.result }] },
      ],
    })
    assert.equal(textOf(second), weather.answer)
  })
  for (const stream of [false, true]) {
    await t.test(`the client's own loop, ${stream ? "streaming" : "whole"}`, async () => {
      const asked = []
      const run = (input) => {
        asked.push(input)
        return weather.result
      }
      const final = await client.beta.messages.toolRunner({
        ...ask(scripted.tools, "Weather?"), stream,
        tools: [{ ...tools[0], run, parse: (input) => input }],
      }).runUntilDone()
      assert.equal(textOf(final), weather.answer)
      assert.deepEqual(asked, [weather.input])
    })
  }
})

test("thinking is a block of its own", { skip: scripted.skip }, async () => {
  const asked = ask(scripted.thinks, hello, { max_tokens: 2048, temperature: 1, thinking: { type: "enabled", budget_tokens: 1024 } })
  for (const got of [await client.messages.create(asked), await client.messages.stream(asked).finalMessage()]) {
    assert.deepEqual(got.content.map((block) => block.type), ["thinking", "text"])
    assert.equal(got.content[0].thinking, "Voyons.")
    assert.equal(textOf(got), "Oui.")
  }
})

test("whole and gathered from a stream say the same, to the letter", { skip: scripted.skip }, async () => {
  const whole = await client.messages.create(ask(scripted.says))
  const gathered = await client.messages.stream(ask(scripted.says)).finalMessage()
  for (const got of [whole, gathered]) {
    assert.equal(textOf(got), saysText)
    assert.equal(got.stop_reason, "end_turn")
  }
  assert.equal(gathered.usage.output_tokens, whole.usage.output_tokens)
})

test("errors are the client's own", async (t) => {
  const cases = {
    "a wrong key": [() => open("sol_wrong").messages.create(ask(chat)), Anthropic.AuthenticationError, "authentication_error"],
    "an unknown model": [() => client.messages.create(ask(unknown)), Anthropic.NotFoundError, "not_found_error"],
    "no messages": [() => client.messages.create({ model: chat, max_tokens: 9, messages: [] }), Anthropic.BadRequestError, "invalid_request_error"],
    "what the charter refuses": [() => client.messages.create(ask(chat, card)), Anthropic.PermissionDeniedError, "permission_error"],
    "the same, streaming": [() => client.messages.stream(ask(chat, card)).finalMessage(), Anthropic.PermissionDeniedError, "permission_error"],
  }
  for (const [name, [call, kind, type]] of Object.entries(cases)) {
    await t.test(name, async () => {
      const problem = await call().then(() => assert.fail("it was answered"), (e) => e)
      assert.ok(problem instanceof kind, `${problem}`)
      assert.equal(problem.error.error.type, type)
      assert.equal(problem.type, type)
      if (type === "permission_error") {
        assert.match(problem.message, /Article \d/)
        assert.ok(problem.error.error.article > 0 && problem.error.error.receipt)
      }
    })
  }
})

test("a connection that breaks is an error, never an end", { skip: scripted.skip }, async () => {
  let text = ""
  await assert.rejects(client.messages.stream(ask(scripted.dies)).on("text", (piece) => (text += piece)).finalMessage(), Anthropic.APIError)
  assert.equal(text, "Il")
  await assert.rejects(client.messages.create(ask(scripted.dies)), Anthropic.InternalServerError)
})

test("leaving in mid-answer", { skip: scripted.skip }, async (t) => {
  await t.test("streaming", async () => {
    let text = ""
    const stream = client.messages.stream(ask(scripted.endless))
    stream.on("text", (piece) => {
      text += piece
      if (text === endlessText) stream.abort()
    })
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError)
  })
  await t.test("whole", async () => {
    const leave = new AbortController()
    setTimeout(() => leave.abort(), 200)
    await assert.rejects(client.messages.create(ask(scripted.endless), { signal: leave.signal }), Anthropic.APIUserAbortError)
  })
})
