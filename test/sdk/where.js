// Where the program is and what it serves, from the environment.
function need(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: README.md says what a script needs`)
  return value
}

export const url = need("SOLIDAIRE_TEST_URL")
export const key = need("SOLIDAIRE_TEST_KEY")
export const chat = need("SOLIDAIRE_TEST_CHAT")
export const embedding = need("SOLIDAIRE_TEST_EMBEDDING")
// Whether the models that play scripts are there: scripted-tools and the like.
export const scripted = process.env.SOLIDAIRE_TEST_SCRIPTED === "1"
