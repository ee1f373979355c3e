// OpenAI's own client against the program.
import assert from "node:assert/strict"
import { test } from "node:test"
import OpenAI from "openai"
import { chat, embedding, key, url } from "./where.js"

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })

test("the list of models holds the chat and the embedding model", async () => {
  const names = []
  for await (const model of client.models.list()) names.push(model.id)
  assert.ok(names.includes(chat) && names.includes(embedding), `${names}`)
})

test("a wrong key is an AuthenticationError", async () => {
  const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "sol_wrong", maxRetries: 0 })
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError)
})
