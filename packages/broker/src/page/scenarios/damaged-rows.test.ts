// Any field of any row of the database holds anything: the broker starts, delivers what is whole once, and tells of the
// rest. `SEED=7` makes a run again.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readStart } from '../../core/journal/outbox-changes.js'
import { isValidEntry } from '../../core/outbox/row-validation.js'
import type { DeadLetter, EntryRow } from '../../core/rows/entry.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { StoreName } from '../../core/rows/rows.js'
import { schema } from '../../core/rows/schema.js'
import { createSeededRandom } from '../../testing/seeded-random.js'
import {
  type Image,
  junk,
  load,
  open,
  post,
  type Row,
  seed,
  storeOf,
  stores,
  used,
} from '../fixtures/damaged-rows.fixture.js'
import { optionalFields } from '../fixtures/edited-rows.fixture.js'

declare const process: { readonly env: Readonly<Record<string, string | undefined>> }
const runs = Number(process.env['FUZZ_RUNS'] ?? 40)

interface Damage {
  readonly name: StoreName
  readonly at: number
  readonly part: string
  readonly value: unknown
}

async function check(image: Image, damages: readonly Damage[]): Promise<void> {
  const spoilt = structuredClone(image) as Record<StoreName, Row[]>
  for (const { name, at, part, value } of damages) spoilt[name][at] = { ...spoilt[name][at], [part]: value }
  const store = await storeOf(spoilt)
  const { world, app } = open(store, undefined, 2)
  const partition = (await partitionOf(image, 'ada')) as string
  const isSpoilt = (name: StoreName, at: number) => damages.some((one) => one.name === name && one.at === at)
  const touched = new Set(
    (['entries', 'deadLetters'] as const).flatMap((name) =>
      image[name].flatMap((row, at) => (isSpoilt(name, at) ? [row['lane'], spoilt[name][at]?.['lane']] : [])),
    ),
  )
  const healthy = image.entries.filter(
    (row, at) => row['partition'] === partition && !isSpoilt('entries', at) && !touched.has(row['lane']),
  )
  const saltIsOther = spoilt.settings.some(
    (row, at) => row['name'] === 'salt' && row['value'] !== image.settings[at]?.['value'],
  )

  const ada = app('ada')
  await ada.broker.ready
  await world.clock.advance(4 * 3_600_000)
  const isFull = spoilt.entries.some(({ bytes }) => typeof bytes === 'number' && bytes > 1e6)
  const receipt = ada.store.dispatch(post({ n: 99, lane: 'new' }))
  const shown = ada.store.dispatch(load())
  await world.clock.advance(3_600_000)

  const sent = world.network.requests
  for (const { url } of sent) expect(new URL(url).origin).toMatch(/^https:\/\/(app|other)\.test$/)
  expect(sent.length).toBeLessThan(400)
  for (const { principal, method } of sent) if (method !== 'GET') expect(principal).toBe('ada')
  const bobs = image.entries.filter((row) => row['partition'] !== partition)
  for (const { key } of bobs as unknown as EntryRow[]) expect(sent.map((one) => one.key)).not.toContain(key)
  expect((await shown.settled).status).toBe('delivered')
  expect((await receipt.settled).status).toMatch(isFull ? /delivered|notAccepted/ : 'delivered')
  if (saltIsOther) {
    // The session tells whose the work was. Without it nobody knows.
    const isKnown = !damages.some(
      ({ name, at }) => name === 'settings' && image.settings[at]?.['name'] === 'active',
    )
    if (isKnown) expect(ada.outbox().lost?.upTo ?? world.reports.length).toBeGreaterThan(0)
    return
  }
  for (const { key } of healthy as unknown as EntryRow[])
    expect(
      sent.filter((one) => one.key === key),
      `sends of ${key}`,
    ).toHaveLength(1)
  const left = await store.transact('readonly', 'relaxed', (tx) =>
    tx.list(keySpan('entries', [partition]), 1e4),
  )
  expect(ada.outbox().waiting).toBe(left.length)
  const letters = await store.transact('readonly', 'relaxed', (tx) =>
    tx.list(keySpan('deadLetters', [partition]), 1e4),
  )
  expect(ada.outbox().deadLetters).toBe(letters.length)
  const states = Object.values(ada.outbox().entries).map(({ state }) => state)
  const unreadable = [...left, ...letters].filter((row: EntryRow | DeadLetter) => !isValidEntry(row))
  expect(states.filter((state) => state === 'quarantined')).toHaveLength(unreadable.length)
  const start = await store.transact('readonly', 'relaxed', (tx) => readStart(tx, partition))
  expect(start.miscounted).toBeUndefined()
  await ada.broker.stop()

  const before = sent.length
  const bob = app('bob')
  await bob.broker.ready
  await world.clock.advance(4 * 3_600_000)
  for (const { principal } of sent.slice(before)) expect(principal).toBe('bob')
  await bob.broker.stop()
}

const partitionOf = async (image: Image, user: string) => {
  const salt = image.settings.find((row) => row['name'] === 'salt')?.['value']
  return (await createSeededRandom(1).digest(`${salt}${user}`)).slice(0, 32)
}

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('a database in which some fields have random values', () => {
  it(`breaks no page, and loses, doubles or mixes up no undamaged entry (seed ${seed}, ${runs} runs)`, async () => {
    const randomSource = createSeededRandom(seed)
    const one = <T>(values: readonly T[]) => values[Math.floor(randomSource.random() * values.length)] as T
    const image = await used()
    for (let run = 0; run < runs; run++) {
      const damages = Array.from({ length: 1 + Math.floor(randomSource.random() * 2) }, () => {
        const name = one(stores.filter((name) => image[name].length > 0))
        const at = Math.floor(randomSource.random() * image[name].length)
        const row = image[name][at] as Row
        const keys: readonly string[] = schema[name].keyPath
        const parts = Object.keys(row).filter((part) => !keys.includes(part))
        const part = one([...parts, ...optionalFields(name)])
        const inner = row[part]
        const isDeep = typeof inner === 'object' && inner !== null && randomSource.random() < 0.5
        const value = isDeep ? { ...inner, [one(Object.keys(inner))]: one(junk) } : one(junk)
        return {
          name,
          at,
          part,
          value: Array.isArray(inner) && isDeep ? Object.values(value as object) : value,
        }
      })
      await check(image, damages).catch((error: unknown) => {
        const what = damages.map(
          ({ name, at, part, value }) =>
            `${name}[${at}].${part} = ${String(JSON.stringify(value)).slice(0, 200)}`,
        )
        throw new Error(`run ${run}: ${what.join('; ')}\n${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      })
    }
  })
})
