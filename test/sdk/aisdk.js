// The AI SDK, which chat pages and editors' assistants are built on, against the program: by OpenAI's dialect and by
// Anthropic's.
import assert from "node:assert/strict"
import { test } from "node:test"
import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { APICallError, Output, embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai"
import { card, chat, embedding, endlessText, hello, key, saysText, scripted, unknown, url, vote, weather, words } from "./where.js"

const compatible = createOpenAICompatible({ name: "solidaire", baseURL: `${url}/v1`, apiKey: key, includeUsage: true, supportsStructuredOutputs: true })
const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: key })
globalThis.AI_SDK_LOG_WARNINGS = false
const usual = { maxRetries: 0, maxOutputTokens: words, temperature: 0 }

for (const [dialect, provider] of Object.entries({ "OpenAI's": compatible, "Anthropic's": anthropic })) {
  test(`by ${dialect} dialect`, async (t) => {
    for (const model of scripted.skip ? [chat] : [chat, scripted.says]) {
      await t.test(`${model}, whole and streaming`, async () => {
        const whole = await generateText({ ...usual, model: provider(model), prompt: hello })
        const streamed = streamText({ ...usual, model: provider(model), prompt: hello })
        let text = ""
        for await (const piece of streamed.textStream) text += piece
        assert.ok(whole.text.length > 0 && text.length > 0)
        assert.ok(whole.usage.outputTokens > 0 && (await streamed.usage).outputTokens > 0)
        if (model === scripted.says) assert.deepEqual([whole.text, text, whole.finishReason], [saysText, saysText, await streamed.finishReason])
      })
    }
    await t.test("an agent's loop over a tool", { skip: scripted.skip }, async () => {
      const asked = []
      const tools = {
        [weather.name]: tool({
          description: weather.description, inputSchema: jsonSchema(weather.schema),
          execute: async (input) => {
            asked.push(input)
            return weather.result
          },
        }),
      }
      const whole = await generateText({ maxRetries: 0, model: provider(scripted.tools), prompt: "Weather?", tools, stopWhen: stepCountIs(3) })
      assert.equal(whole.text, weather.answer)
      assert.equal(whole.steps.length, 2)
      const streamed = streamText({ maxRetries: 0, model: provider(scripted.tools), prompt: "Weather?", tools, stopWhen: stepCountIs(3) })
      assert.equal(await streamed.text, weather.answer)
      assert.deepEqual(asked, [weather.input, weather.input])
    })
    await t.test("thinking", { skip: scripted.skip }, async () => {
      const providerOptions = { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } }, solidaire: { reasoningEffort: "low" } }
      const got = await generateText({ maxRetries: 0, maxOutputTokens: 2048, model: provider(scripted.thinks), prompt: hello, providerOptions })
      assert.deepEqual([got.reasoningText, got.text], ["Voyons.", "Oui."])
    })
    await t.test("errors", async () => {
      for (const [model, prompt, status] of [[unknown, hello, 404], [chat, card, 403]]) {
        const problem = await generateText({ ...usual, model: provider(model), prompt }).then(() => assert.fail("it was answered"), (e) => e)
        assert.ok(APICallError.isInstance(problem), `${problem}`)
        assert.equal(problem.statusCode, status)
        if (status === 403) assert.match(problem.message, /Article \d/)
      }
    })
    await t.test("a connection that breaks", { skip: scripted.skip }, async () => {
      const problems = []
      let text = ""
      const streamed = streamText({ ...usual, model: provider(scripted.dies), prompt: hello, onError: ({ error }) => problems.push(error) })
      for await (const piece of streamed.textStream) text += piece
      assert.equal(text, "Il")
      assert.equal(problems.length, 1)
    })
    await t.test("leaving in mid-answer", { skip: scripted.skip }, async () => {
      const leave = new AbortController()
      let text = ""
      const streamed = streamText({ ...usual, model: provider(scripted.endless), prompt: hello, abortSignal: leave.signal })
      for await (const piece of streamed.textStream) {
        text += piece
        if (text === endlessText) leave.abort()
      }
      assert.equal(text, endlessText)
    })
  })
}

test("an object of a given shape", async () => {
  const got = await generateText({
    ...usual, maxOutputTokens: 64, model: compatible(chat), prompt: "Do you vote for or against?", output: Output.object({ schema: jsonSchema(vote), name: "vote" }),
  })
  assert.ok(vote.properties.vote.enum.includes(got.output.vote), JSON.stringify(got.output))
})

test("embeddings", async () => {
  const got = await embedMany({ maxRetries: 0, model: compatible.textEmbeddingModel(embedding), values: ["query: quorum", "passage: l’assemblée"] })
  assert.deepEqual(got.embeddings.map((vector) => vector.length), [384, 384])
})
