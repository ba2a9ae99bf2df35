import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** A browser under a CSP, which allows policies of these names once each, or as often as one likes. */
function browserWith(allowed: readonly string[], mayRepeat = false) {
  const made: string[] = []
  return {
    isScriptURL: (value: unknown) => value instanceof URL,
    createPolicy(name: string, rules: { createScriptURL(url: string): string }) {
      if (!allowed.includes(name)) throw new TypeError(`Policy "${name}" disallowed.`)
      if (made.includes(name) && !mayRepeat) throw new TypeError(`Policy with name "${name}" already exists.`)
      made.push(name)
      return { createScriptURL: (url: string) => new URL(rules.createScriptURL(url)) }
    },
  }
}

/** Another copy of the package on the same page. */
async function copyOfPackage() {
  vi.resetModules()
  return import('./trusted-types.js')
}

const makePolicy = () =>
  Reflect.get(globalThis, 'trustedTypes').createPolicy('redux-broker', { createScriptURL: String })

const script = 'https://app.test/sw.js'
const warn = vi.fn()
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(warn))
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  warn.mockReset()
})

describe("the policy that registers a worker under `require-trusted-types-for 'script'`", () => {
  it('is made once by a copy of the package for all of its brokers', async () => {
    vi.stubGlobal('trustedTypes', browserWith(['redux-broker']))
    const { trustedUrl } = await copyOfPackage()

    expect([trustedUrl(script), trustedUrl(script)]).toEqual([new URL(script), new URL(script)])
    expect(warn).not.toHaveBeenCalled()
  })

  it("is made by a second copy too if the CSP has 'allow-duplicates'", async () => {
    vi.stubGlobal('trustedTypes', browserWith(['redux-broker'], true))
    for (const { trustedUrl } of [await copyOfPackage(), await copyOfPackage()])
      expect(trustedUrl(script)).toEqual(new URL(script))
    expect(warn).not.toHaveBeenCalled()
  })

  it.each([
    ['another copy has made one', ['redux-broker'], async () => (await copyOfPackage()).trustedUrl(script)],
    ['the app has made one of that name', ['redux-broker', 'app'], makePolicy],
    ['the CSP does not name it', ['app'], () => {}],
    ['the CSP allows none', [], () => {}],
  ])('is reported as missing, with advice, if %s', async (_, allowed, before) => {
    vi.stubGlobal('trustedTypes', browserWith(allowed))
    await before()
    const { trustedUrl } = await copyOfPackage()

    expect(trustedUrl(script)).toBe(script)
    const [[said, error] = []] = warn.mock.calls
    expect(said).toContain("'allow-duplicates'")
    expect(said).toContain('another copy')
    expect(said).toContain('Add redux-broker')
    expect(error).toBeInstanceOf(TypeError)
  })
})
