// A capture that is accepted is a row that can be read. Else its lane would wait for good, and nobody was told why.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { appendTo } from '../../core/fixtures/append.fixture.js'
import { rowsOf } from '../../core/fixtures/world.fixture.js'
import { defaultLimits } from '../../core/limits.js'
import { activate } from '../../core/outbox/partition.js'
import { isValidEntry } from '../../core/outbox/row-validation.js'
import type { WriteRoute } from '../../redux/route.js'
import { stored, token } from '../fixtures/storable-headers.fixture.js'
import { buildCapture, type CaptureRules } from './build-capture.js'
import { CaptureRefusal } from './capture-refusal.js'

const named = 'x-client-version'
const context: CaptureRules = {
  baseUrl: 'https://app.test/shop/',
  origins: ['https://app.test', 'http://[::1]:8080', 'https://xn--bcher-kva.test', 'http://o.test.'],
  server: 'plain',
  success: undefined,
  storedHeaders: [named],
  needs: ['prepareHeaders'],
  limits: defaultLimits,
}

/** The rows that are there once the request was captured, or the refusal. */
async function captured(template: unknown, options: Record<string, unknown> = {}) {
  const route = { type: 't', options: { ...options, request: () => template } } as unknown as WriteRoute
  const { capture } = buildCapture(route, { type: 't', payload: 1 }, context)
  const store = memoryStore()
  const whole = { ...(await capture), id: 'i', key: 'k' }
  await store.transact('readwrite', 'strict', async (tx) => {
    await activate(tx, { partition: 'p', principal: 'ann' })
    await appendTo(tx, 'p', [whole], { now: 1, limits: defaultLimits })
  })
  return (await rowsOf({ store } as never)).entries
}

/** Whether it was refused with a reason, or else stored as rows that can all be read. */
async function isWhole(template: unknown, options?: Record<string, unknown>): Promise<boolean> {
  try {
    const rows = await captured(template, options)
    return rows.length === 1 && rows.every(isValidEntry)
  } catch (error) {
    if (!(error instanceof CaptureRefusal)) throw error
    return true
  }
}

const character = fc.oneof(
  fc.integer({ min: 0, max: 0x1f }),
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0x7f, max: 0xff }),
  fc.integer({ min: 0x100, max: 0xffff }),
)
const text = fc.array(character, { maxLength: 6 }).map((codes) => String.fromCharCode(...codes))
const header = fc.tuple(fc.oneof(fc.constantFrom(...stored, named, 'X-Client-Version'), token, text), text)
const headers = fc.oneof(
  fc.array(header, { maxLength: 4 }),
  fc.array(header, { maxLength: 4 }).map(Object.fromEntries),
)
const start = fc.constantFrom(
  '',
  '/',
  '//',
  'https://app.test',
  'HTTPS://APP.TEST:443',
  'https://@app.test/',
  'http://[0::1]:8080',
  'https://bücher.test',
  'http://o.test.',
  'https:app.test',
  'blob:https://app.test/',
)
const url = fc.tuple(start, text, text).map((parts) => parts.join(''))
const method = fc.oneof(
  fc.constantFrom(undefined, 'post', 'Patch', 'GET', 'TRACE', 'M-SEARCH', 'propfind'),
  token,
  text,
)
const body = fc.oneof(
  fc.constantFrom(undefined, null, 7, {}, new ArrayBuffer(2), new URLSearchParams({ a: 'é' })),
  text,
  text.map((type) => new Blob(['x'], { type })),
)
const template = fc.record({ url, method, headers, body })
const options = fc.record({
  lane: fc.oneof(text, fc.string({ unit: 'binary' })).map((lane) => () => lane),
  success: fc.constantFrom(undefined, 'any2xx', { status: [201] }, { contentTypes: ['text/*', 'image/png'] }),
  headers: fc.constantFrom(undefined, () => ({ 'x-a': '1' })),
  when: fc.constantFrom(undefined, { network: 'unmetered' }, { between: { from: '22:00', to: '06:00' } }),
})

it('P11 every accepted capture passes row validation: headers, URLs, methods, lanes and bodies', async () => {
  await fc.assert(
    fc.asyncProperty(template, options, async (given, more) => {
      expect(await isWhole(given, more)).toBe(true)
    }),
    { numRuns: 3_000, seed: 11 },
  )
})

it('P11 every accepted capture passes row validation for any character at any place of a header', async () => {
  for (let code = 0; code < 0x180; code++)
    for (const value of [
      `a${String.fromCharCode(code)}b`,
      `a${String.fromCharCode(code)}`,
      String.fromCharCode(code),
    ])
      expect([code, await isWhole({ url: '/', headers: { 'content-disposition': value } })]).toEqual([
        code,
        true,
      ])
})
