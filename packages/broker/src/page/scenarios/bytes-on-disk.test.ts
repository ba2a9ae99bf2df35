// Kept answers count in bytes, and have a bound, in the journal and among the dead letters.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { defaultLimits } from '../../core/limits.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { PartitionRow, StoreName } from '../../core/rows/rows.js'
import { schema } from '../../core/rows/schema.js'
import type { Span, Store } from '../../core/rows/store-port.js'
import { write } from '../../index.js'
import { createTestWorld, type SentRequest } from '../../testing/index.js'

const count = 40
const megabyte = 2 ** 20
/** The reserve for a full disk, and what a row has besides words. */
const overhead = 150_000 + 2_000 * count

const saved = write(createAction<number>('saved'), {
  request: (n) => ({ url: `/api/notes/${n}`, method: 'PUT' }),
  lane: (n) => `note:${n}`,
})

/** The answers of one transaction, which no page has read yet, keep their words. */
const unreadOf = (body: string) => defaultLimits.concurrencyMax * bytesOf(body)

/** Latin-1 takes a byte a character, any other text two, as in Chromium. */
const bytesOf = (text: string) => (/[\u0100-\uffff]/.test(text) ? 2 : 1) * text.length

async function measure(store: Store) {
  return store.transact('readonly', 'relaxed', async (tx) => {
    let onDisk = 0
    for (const name of Object.keys(schema) as StoreName[])
      for (const row of await tx.list(keySpan(name, []) as Span, 1e6)) onDisk += bytesOf(JSON.stringify(row))
    const [row] = (await tx.list(keySpan('partitions', []), 1)) as PartitionRow[]
    return { onDisk, counted: (row?.bytes ?? 0) + (row?.journalBytes ?? 0), row }
  })
}

async function answered(status: number, type: string, body: string, limits = {}) {
  const store = memoryStore()
  const network = ({ key }: SentRequest) =>
    new Response(body, { status, headers: { 'content-type': type, 'idempotency-key': `"${key}"` } })
  const world = createTestWorld({ store, network })
  const app = openApp(world, { routes: [saved], limits })
  await world.settle()
  const receipts = Array.from({ length: count }, (_, n) => app.store.dispatch(saved(n)))
  await world.clock.advance(10_000)
  const ends = await Promise.all(receipts.map(async ({ settled }) => (await settled).status))
  return { ...(await measure(store)), ends: [...new Set(ends)], app, world, store }
}

const json = (character: string) => JSON.stringify({ text: character.repeat(megabyte) })
const manyParts = JSON.stringify(Array.from({ length: 5_000 }, (_, n) => ({ [`key ${n}`]: 'x'.repeat(200) })))

describe(`${count} answers of 1 MB`, () => {
  it.each([
    ['JSON of one long text', json('x')],
    ['JSON of many small parts', manyParts],
    ['JSON of no Latin letters', json('李')],
    ['JSON of quotes', json('"')],
  ])(
    'of delivered entries take an eighth of `bytesMax`, beside those that no page has read: %s',
    async (_what, body) => {
      const { onDisk, counted, ends } = await answered(200, 'application/json', body)

      expect(ends).toEqual(['delivered'])
      expect(onDisk).toBeLessThanOrEqual(defaultLimits.bytesMax / 8 + unreadOf(body) + overhead)
      expect(counted).toBeGreaterThanOrEqual(onDisk - overhead)
    },
  )

  it.each([
    ['JSON', 'application/json', json('x')],
    ['JSON of many small parts', 'application/problem+json', manyParts],
    ['text', 'text/plain', 'x'.repeat(megabyte)],
    ['text of no Latin letters', 'text/plain', '李'.repeat(megabyte)],
    ['a page', 'text/html', `<p>${'x'.repeat(megabyte)}</p>`],
  ])(
    'of refused entries are cut at 8 KiB each, in the dead letter and in the journal: %s',
    async (_what, type, body) => {
      const { onDisk, counted, ends, row } = await answered(422, type, body)

      expect(ends).toEqual(['returned'])
      expect(row?.dead).toBe(count)
      expect(onDisk).toBeLessThanOrEqual(count * 2 * 8_192 + overhead)
      expect(counted).toBeGreaterThanOrEqual(onDisk - overhead)
    },
  )

  it.each([100_000, 2 ** 20])('stay within a `bytesMax` of %i', async (bytesMax) => {
    const body = json('x')
    const delivered = await answered(200, 'application/json', body, { bytesMax })
    const refused = await answered(422, 'text/plain', body, { bytesMax })

    for (const { row, onDisk } of [delivered, refused]) {
      expect(row?.bytes).toBeLessThanOrEqual(bytesMax)
      expect(onDisk).toBeLessThanOrEqual(bytesMax * 1.125 + unreadOf(body) + overhead)
    }
  })

  it('leave only their events once shown, and nothing of a discarded dead letter', async () => {
    const { world, store } = await answered(200, 'application/json', json('x'))
    await world.clock.advance(200_000)

    expect(await measure(store)).toMatchObject({ counted: 0 })
    expect((await measure(store)).onDisk).toBeLessThanOrEqual(overhead)
  })
})
