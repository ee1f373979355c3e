// OpenAI's own client against the program.
import assert from "node:assert/strict"
import { test } from "node:test"
import OpenAI, { toFile } from "openai"
import { card, chat, embedding, endlessText, hello, key, saysText, scripted, tooLong, unknown, url, vote, weather, words } from "./where.js"

const open = (apiKey) => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })
const client = open(key)
const ask = (model, content = hello, more = {}) => ({ model, messages: [{ role: "user", content }], max_tokens: words, temperature: 0, ...more })
const tools = [{ type: "function", function: { name: weather.name, description: weather.description, parameters: weather.schema } }]

test("models: the list, and one of them", async () => {
  const names = []
  for await (const model of client.models.list()) names.push(model.id)
  assert.ok(names.includes(chat) && names.includes(embedding), `${names}`)
  assert.equal((await client.models.retrieve(chat)).id, chat)
  await assert.rejects(client.models.retrieve(unknown), OpenAI.NotFoundError)
})

test("chat", async (t) => {
  await t.test("whole, with usage and receipt", async () => {
    const { data, response } = await client.chat.completions.create(ask(chat)).withResponse()
    const [choice] = data.choices
    assert.ok(choice.message.content.length > 0 && ["stop", "length"].includes(choice.finish_reason), JSON.stringify(data))
    assert.equal(data.object, "chat.completion")
    assert.equal(data.model, chat)
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens)
    assert.ok(data.usage.completion_tokens > 0 && data.usage.completion_tokens <= words)
    assert.equal(data.usage.receipt, response.headers.get("x-solidaire-receipt"))
    assert.ok("label" in data.usage.energy, JSON.stringify(data.usage))
  })
  await t.test("streaming, usage not asked for", async () => {
    let text = ""
    for await (const chunk of await client.chat.completions.create(ask(chat, hello, { stream: true }))) {
      assert.equal(chunk.usage ?? null, null)
      assert.equal(chunk.choices.length, 1)
      text += chunk.choices[0].delta.content ?? ""
    }
    assert.ok(text.length > 0)
  })
  await t.test("streaming, usage asked for: once, in a last chunk without choices", async () => {
    const chunks = []
    const stream = await client.chat.completions.create(ask(chat, hello, { stream: true, stream_options: { include_usage: true } }))
    for await (const chunk of stream) chunks.push(chunk)
    const last = chunks.pop()
    assert.deepEqual(last.choices, [])
    assert.ok(last.usage.completion_tokens > 0 && last.usage.receipt, JSON.stringify(last))
    assert.ok(chunks.every((chunk) => !chunk.usage))
  })
  await t.test("a JSON schema holds", async () => {
    const response_format = { type: "json_schema", json_schema: { name: "vote", strict: true, schema: vote } }
    const got = await client.chat.completions.parse(ask(chat, "Do you vote for or against?", { response_format, max_tokens: 64 }))
    assert.ok(vote.properties.vote.enum.includes(got.choices[0].message.parsed.vote), JSON.stringify(got.choices))
  })
  await t.test("a stop sequence", async () => {
    const got = await client.chat.completions.create(ask(chat, "Count: one two three", { stop: ["."] }))
    assert.ok(!got.choices[0].message.content.includes("."))
  })
})

test("tools", { skip: scripted.skip }, async (t) => {
  await t.test("whole", async () => {
    const got = await client.chat.completions.create(ask(scripted.tools, "Weather?", { tools }))
    const [call] = got.choices[0].message.tool_calls
    assert.equal(got.choices[0].finish_reason, "tool_calls")
    assert.equal(call.function.name, weather.name)
    assert.deepEqual(JSON.parse(call.function.arguments), weather.input)
  })
  await t.test("gathered from the deltas of a stream", async () => {
    const got = await client.chat.completions.stream(ask(scripted.tools, "Weather?", { tools })).finalChatCompletion()
    const [call] = got.choices[0].message.tool_calls
    assert.equal(got.choices[0].finish_reason, "tool_calls")
    assert.deepEqual(JSON.parse(call.function.arguments), weather.input)
  })
  for (const stream of [false, true]) {
    await t.test(`the client's own loop, ${stream ? "streaming" : "whole"}`, async () => {
      const asked = []
      const called = (input) => {
        asked.push(input)
        return weather.result
      }
      const runner = client.chat.completions.runTools(ask(scripted.tools, "Weather?", {
        stream,
        tools: [{ type: "function", function: { name: weather.name, description: weather.description, parameters: weather.schema, parse: JSON.parse, function: called } }],
      }))
      assert.equal(await runner.finalContent(), weather.answer)
      assert.deepEqual(asked, [weather.input])
    })
  }
})

test("thinking is kept apart from the text", { skip: scripted.skip }, async () => {
  const got = await client.chat.completions.create(ask(scripted.thinks, hello, { reasoning_effort: "low" }))
  assert.equal(got.choices[0].message.content, "Oui.")
  assert.equal(got.choices[0].message.reasoning_content, "Voyons.")
})

test("whole and gathered from a stream say the same, to the letter", { skip: scripted.skip }, async () => {
  const whole = await client.chat.completions.create(ask(scripted.says))
  const gathered = await client.chat.completions.stream(ask(scripted.says)).finalChatCompletion()
  for (const got of [whole, gathered]) {
    assert.equal(got.choices[0].message.content, saysText)
    assert.equal(got.choices[0].finish_reason, "stop")
  }
})

test("embeddings", async () => {
  const input = ["query: quorum", "passage: l’assemblée"]
  const usual = await client.embeddings.create({ model: embedding, input }) // the client asks for base64 by itself
  const numbers = await client.embeddings.create({ model: embedding, input, encoding_format: "float" })
  assert.equal(usual.data.length, 2)
  for (const [i, { embedding: vector }] of numbers.data.entries()) {
    assert.equal(vector.length, 384)
    const near = vector.reduce((sum, x, at) => sum + x * usual.data[i].embedding[at], 0)
    assert.ok(near > 0.99, `${near}`) // engines round otherwise from one time to the next
  }
  assert.ok(numbers.usage.prompt_tokens > 0 && numbers.usage.total_tokens === numbers.usage.prompt_tokens)
})

test("completions", async () => {
  const asked = { model: chat, prompt: "Once upon a time", max_tokens: words, temperature: 0 }
  const whole = await client.completions.create(asked)
  assert.equal(whole.object, "text_completion")
  assert.ok(whole.choices[0].text.length > 0 && whole.usage.completion_tokens > 0, JSON.stringify(whole))
  let text = ""
  for await (const chunk of await client.completions.create({ ...asked, stream: true })) text += chunk.choices[0]?.text ?? ""
  assert.ok(text.length > 0)
})

test("files are the documents of the memory", async () => {
  const text = "# Essai\n\nLe composteur se vide le mardi.\n"
  const added = await client.files.create({ file: await toFile(Buffer.from(text), "Essai.md"), purpose: "user_data" })
  assert.equal(added.object, "file")
  assert.equal(added.filename, "Essai.md")
  assert.equal(added.bytes, Buffer.byteLength(text))
  assert.equal((await client.files.waitForProcessing(added.id, { pollInterval: 50 })).status, "processed")
  const names = []
  for await (const file of client.files.list()) names.push(file.filename)
  assert.ok(names.includes("Essai.md"), `${names}`)
  assert.match(await (await client.files.content(added.id)).text(), /mardi/)
  assert.equal((await client.files.delete(added.id)).deleted, true)
  await assert.rejects(client.files.retrieve(added.id), OpenAI.NotFoundError)
})

test("errors are the client's own", async (t) => {
  const cases = {
    "a wrong key": [() => open("sol_wrong").chat.completions.create(ask(chat)), OpenAI.AuthenticationError, "invalid_api_key"],
    "an unknown model": [() => client.chat.completions.create(ask(unknown)), OpenAI.NotFoundError, "model_not_found"],
    "no messages": [() => client.chat.completions.create({ model: chat, messages: [] }), OpenAI.BadRequestError, undefined],
    "more than the context": [() => client.chat.completions.create(ask(chat, tooLong)), OpenAI.BadRequestError, "context_length_exceeded"],
    "what the charter refuses": [() => client.chat.completions.create(ask(chat, card)), OpenAI.PermissionDeniedError, "charter_refused"],
    "the same, streaming": [() => client.chat.completions.create(ask(chat, card, { stream: true })), OpenAI.PermissionDeniedError, "charter_refused"],
  }
  for (const [name, [call, kind, code]] of Object.entries(cases)) {
    await t.test(name, async () => {
      const problem = await call().then(() => assert.fail("it was answered"), (e) => e)
      assert.ok(problem instanceof kind, `${problem}`)
      if (code) assert.equal(problem.code, code)
      if (code === "charter_refused") {
        assert.match(problem.message, /Article \d/)
        assert.ok(problem.error.article > 0 && problem.error.charter && problem.error.receipt, JSON.stringify(problem.error))
      }
    })
  }
})

test("a connection that breaks is an error, never an end", { skip: scripted.skip }, async () => {
  let text = ""
  const stream = await client.chat.completions.create(ask(scripted.dies, hello, { stream: true }))
  await assert.rejects(async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""
  }, OpenAI.APIError)
  assert.equal(text, "Il")
  await assert.rejects(client.chat.completions.create(ask(scripted.dies)), OpenAI.InternalServerError)
})

test("leaving in mid-answer", { skip: scripted.skip }, async (t) => {
  await t.test("streaming", async () => {
    let text = ""
    const stream = await client.chat.completions.create(ask(scripted.endless, hello, { stream: true }))
    for await (const chunk of stream) {
      text += chunk.choices[0].delta.content ?? ""
      if (text === endlessText) stream.controller.abort()
    }
    assert.equal(text, endlessText)
  })
  await t.test("whole", async () => {
    const leave = new AbortController()
    setTimeout(() => leave.abort(), 200)
    await assert.rejects(client.chat.completions.create(ask(scripted.endless), { signal: leave.signal }), OpenAI.APIUserAbortError)
  })
})

test("responses", async (t) => {
  const input = (model, text = hello, more = {}) => ({ model, input: text, max_output_tokens: words, temperature: 0, ...more })
  await t.test("whole, kept, gone on from, and deleted", async () => {
    const first = await client.responses.create(input(chat))
    assert.ok(first.output_text.length > 0 && ["completed", "incomplete"].includes(first.status), JSON.stringify(first))
    assert.equal(first.usage.total_tokens, first.usage.input_tokens + first.usage.output_tokens)
    assert.equal((await client.responses.retrieve(first.id)).output_text, first.output_text)
    const items = []
    for await (const item of client.responses.inputItems.list(first.id)) items.push(item)
    assert.equal(items.length, 1)
    assert.equal(items[0].role, "user")

    const second = await client.responses.create(input(chat, "And again.", { previous_response_id: first.id }))
    assert.equal(second.previous_response_id, first.id)
    assert.ok(second.usage.input_tokens > first.usage.input_tokens, "what was said before counts again")

    await client.responses.delete(first.id)
    await assert.rejects(client.responses.retrieve(first.id), OpenAI.NotFoundError)
  })
  await t.test("one that is not kept", async () => {
    const got = await client.responses.create(input(chat, hello, { store: false }))
    await assert.rejects(client.responses.retrieve(got.id), OpenAI.NotFoundError)
  })
  await t.test("streaming, to the terminal event", async () => {
    const kinds = []
    let text = ""
    const stream = client.responses.stream(input(chat))
    for await (const event of stream) {
      kinds.push(event.type)
      if (event.type === "response.output_text.delta") text += event.delta
    }
    const final = await stream.finalResponse()
    assert.equal(kinds[0], "response.created")
    assert.ok(["response.completed", "response.incomplete"].includes(kinds.at(-1)), `${kinds}`)
    assert.equal(final.output_text, text)
    assert.ok(final.usage.output_tokens > 0)
  })
  await t.test("a JSON schema holds", async () => {
    const format = { type: "json_schema", name: "vote", strict: true, schema: vote }
    const got = await client.responses.parse(input(chat, "Do you vote for or against?", { text: { format }, max_output_tokens: 64 }))
    assert.ok(vote.properties.vote.enum.includes(got.output_parsed.vote), JSON.stringify(got.output))
  })
  await t.test("counting", async () => {
    const counted = await client.responses.inputTokens.count({ model: chat, input: hello })
    assert.ok(counted.input_tokens > 0)
  })
  await t.test("a tool call, and its result", { skip: scripted.skip }, async () => {
    const tools = [{ type: "function", name: weather.name, description: weather.description, parameters: weather.schema, strict: true }]
    const first = await client.responses.create(input(scripted.tools, "Weather?", { tools }))
    const call = first.output.find((item) => item.type === "function_call")
    assert.equal(call.name, weather.name)
    assert.deepEqual(JSON.parse(call.arguments), weather.input)
    const second = await client.responses.create(input(scripted.tools, [{ type: "function_call_output", call_id: call.call_id, output: weather.result }],
      { tools, previous_response_id: first.id }))
    assert.equal(second.output_text, weather.answer)
    const streamed = await client.responses.stream(input(scripted.tools, "Weather?", { tools })).finalResponse()
    assert.deepEqual(JSON.parse(streamed.output.find((item) => item.type === "function_call").arguments), weather.input)
  })
  await t.test("thinking is an item of its own", { skip: scripted.skip }, async () => {
    const got = await client.responses.create(input(scripted.thinks, hello, { reasoning: { effort: "low" } }))
    assert.deepEqual(got.output.map((item) => item.type), ["reasoning", "message"])
    assert.equal(got.output_text, "Oui.")
  })
  await t.test("a connection that breaks is response.failed", { skip: scripted.skip }, async () => {
    const kinds = []
    for await (const event of await client.responses.create(input(scripted.dies, hello, { stream: true }))) {
      kinds.push(event.type)
      if (event.type === "response.failed") assert.ok(event.response.error.message.length > 0)
    }
    assert.equal(kinds.at(-1), "response.failed")
  })
  await t.test("errors", async () => {
    await assert.rejects(client.responses.create(input(unknown)), OpenAI.NotFoundError)
    await assert.rejects(client.responses.create(input(chat, card)), OpenAI.PermissionDeniedError)
    await assert.rejects(client.responses.create(input(chat, hello, { previous_response_id: "resp_none" })), OpenAI.BadRequestError)
  })
})
