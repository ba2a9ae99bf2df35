// The duties of every store, whatever it is made of. One suite, run on each adapter.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waiting } from '../../core/fixtures/entry.fixture.js'
import { listMax } from '../../core/limits.js'
import type { EntryRow } from '../../core/rows/entry.js'
import { maxKey } from '../../core/rows/key-spans.js'
import type { SettingRow } from '../../core/rows/rows.js'
import type { Key, Span, Store } from '../../core/rows/store-port.js'

/** `create` gives a store that is empty and shares nothing with an earlier one. */
export function describeStore(name: string, create: () => Store | Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let store: Store
    beforeEach(async () => {
      store = await create()
    })
    afterEach(() => store.close())

    const origin = 'https://o.example'
    const salt = (value: string): SettingRow => ({ name: 'salt', value })
    const write = (...rows: readonly EntryRow[]) =>
      store.transact('readwrite', 'strict', async (tx) => {
        for (const row of rows) tx.put('entries', row)
      })
    const list = (span: Span<'entries'>, limit = 100) =>
      store.transact('readonly', 'relaxed', async (tx) => (await tx.list(span, limit)).map(({ seq }) => seq))
    const readSalt = () =>
      store.transact('readonly', 'relaxed', async (tx) => {
        const row = await tx.get('settings', ['salt'])
        return row?.name === 'salt' ? row.value : undefined
      })

    describe('keeps a transaction whole', () => {
      it('resolves with the result of the work, and later transactions see its writes', async () => {
        const given = await store.transact('readwrite', 'strict', async (tx) => {
          tx.put('settings', salt('a'))
          return 7
        })

        expect(given).toBe(7)
        expect(await readSalt()).toBe('a')
      })

      it('keeps nothing of a transaction whose work throws after its writes', async () => {
        await write(waiting({ seq: 1 }))

        const failed = store.transact('readwrite', 'strict', async (tx) => {
          tx.put('settings', salt('lost'))
          tx.delete('entries', ['p', 1])
          await tx.get('settings', ['salt'])
          throw new Error('half-way')
        })

        await expect(failed).rejects.toThrow('half-way')
        expect(await readSalt()).toBeUndefined()
        expect(await list({ store: 'entries', from: ['p'], to: ['p', maxKey] })).toEqual([1])
      })

      it('keeps nothing of a transaction if one of its rows cannot be stored', async () => {
        const faulty = { ...waiting({ seq: 1 }), action: { type: 'a', payload: () => {} } }

        const failed = store.transact('readwrite', 'strict', async (tx) => {
          tx.put('settings', salt('lost'))
          tx.put('entries', faulty)
        })

        await expect(failed).rejects.toThrow()
        expect(await readSalt()).toBeUndefined()
      })

      it('goes on after a transaction that failed', async () => {
        await expect(
          store.transact('readwrite', 'strict', async () => Promise.reject(new Error('no'))),
        ).rejects.toThrow('no')

        await write(waiting({ seq: 4 }))

        expect(await list({ store: 'entries', from: ['p'], to: ['p', maxKey] })).toEqual([4])
      })

      it('shows a transaction its own writes and deletions, in rows, spans and indexes', async () => {
        await write(waiting({ seq: 1 }))

        const seen = await store.transact('readwrite', 'strict', async (tx) => {
          tx.put('entries', waiting({ seq: 2, head: false }))
          tx.delete('entries', ['p', 1])
          return {
            gone: await tx.get('entries', ['p', 1]),
            row: (await tx.get('entries', ['p', 2]))?.seq,
            span: (await tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 9)).length,
            lane: await tx.firstKey({ store: 'entries', index: 'lane', from: ['p'], to: ['p', maxKey] }),
          }
        })

        expect(seen).toEqual({ gone: undefined, row: 2, span: 1, lane: ['p', 'lane', 2] })
      })

      it('runs writing transactions one after the other, so that no count is lost', async () => {
        const count = async () =>
          store.transact('readwrite', 'relaxed', async (tx) => {
            const row = await tx.get('settings', ['salt'])
            const value = row?.name === 'salt' ? Number(row.value) : 0
            await tx.firstKey({ store: 'entries', from: ['p'], to: ['p', maxKey] })
            tx.put('settings', salt(String(value + 1)))
          })

        await Promise.all(Array.from({ length: 20 }, count))

        expect(await readSalt()).toBe('20')
      })
    })

    describe('keeps rows', () => {
      it('replaces the row of the same key, also in the indexes', async () => {
        await write(waiting({ seq: 1, notBefore: 10 }))
        await write(waiting({ seq: 1, notBefore: 20 }))

        const due = (to: number) =>
          list({ store: 'entries', index: 'due', from: ['p', origin], to: ['p', origin, to] })

        expect(await due(10)).toEqual([])
        expect(await due(20)).toEqual([1])
      })

      it('ignores the deletion of an absent row', async () => {
        await write(waiting({ seq: 1 }))

        await store.transact('readwrite', 'strict', async (tx) => tx.delete('entries', ['p', 2]))

        expect(await list({ store: 'entries', from: ['p'], to: ['p', maxKey] })).toEqual([1])
      })

      it('returns copies: a change by the caller changes no stored row', async () => {
        const payload = { text: 'as written' }
        await write({ ...waiting({ seq: 1 }), action: { type: 'a', payload } })
        const read = () =>
          store.transact('readonly', 'relaxed', async (tx) => {
            const [row] = await tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 1)
            return row?.action.payload as { text: string }
          })
        payload.text = 'changed by the writer'
        const first = await read()
        first.text = 'changed by a reader'

        expect((await read()).text).toBe('as written')
      })

      it('keeps bodies of bytes as bytes', async () => {
        const body = new Uint8Array([0, 255, 7]).buffer
        const row = waiting({ seq: 1 })
        await write({ ...row, request: { ...row.request, body } })

        const read = await store.transact('readonly', 'relaxed', (tx) => tx.get('entries', ['p', 1]))

        expect([...new Uint8Array(read?.request.body as ArrayBuffer)]).toEqual([0, 255, 7])
      })
    })

    describe('reads spans', () => {
      it('includes both ends of a span and nothing outside of it', async () => {
        await write(...[1, 2, 3, 4, 5].map((seq) => waiting({ seq })))
        expect(await list({ store: 'entries', from: ['p', 2], to: ['p', 4] })).toEqual([2, 3, 4])
      })

      it('refuses a span that ends before its beginning', async () => {
        await expect(list({ store: 'entries', from: ['p', 2], to: ['p', 1] })).rejects.toThrow(DOMException)
      })

      it('returns at most the requested number of rows, the first ones in the order of the index', async () => {
        await write(...[30, 10, 20].map((notBefore, i) => waiting({ seq: i + 1, notBefore })))
        const span = {
          store: 'entries',
          index: 'due',
          from: ['p', origin],
          to: ['p', origin, maxKey],
        } as const

        expect(await list(span, 2)).toEqual([2, 3])
      })

      it('returns all rows at the highest limit, and throws above it', async () => {
        await write(...[3, 1, 2].map((seq) => waiting({ seq })))
        const span = { store: 'entries', from: ['p'], to: ['p', maxKey] } as const

        expect(await list(span, listMax)).toEqual([1, 2, 3])
        await expect(list(span, listMax + 1)).rejects.toThrow(TypeError)
      })

      it('breaks a tie in an index by the primary key', async () => {
        await write(...[3, 1, 2].map((seq) => waiting({ seq, notBefore: 5 })))

        expect(
          await list({ store: 'entries', index: 'due', from: ['p', origin], to: ['p', origin, 5] }),
        ).toEqual([1, 2, 3])
      })

      it('leaves a row out of an index whose column it lacks, and keeps it in the others', async () => {
        await write(waiting({ seq: 1, head: false }), waiting({ seq: 2 }))
        const all = { from: ['p'], to: ['p', maxKey] } as const

        expect(await list({ store: 'entries', index: 'due', ...all })).toEqual([2])
        expect(await list({ store: 'entries', index: 'unsure', ...all })).toEqual([])
        expect(await list({ store: 'entries', index: 'lane', ...all })).toEqual([1, 2])
      })

      it('returns the first and the last key of a span in its index, and undefined for an empty span', async () => {
        await write(waiting({ seq: 2, lane: 'b' }), waiting({ seq: 3, lane: 'a' }))
        const ends = (from: Key, to: Key, span = { store: 'entries', index: 'lane', from, to } as const) =>
          store.transact('readonly', 'relaxed', (tx) => Promise.all([tx.firstKey(span), tx.lastKey(span)]))

        const [first, last] = await ends(['p'], ['p', maxKey])

        expect(first).toEqual(['p', 'a', 3])
        expect(last).toEqual(['p', 'b', 2])
        expect(await ends(['p', 'c'], ['p', 'c', maxKey])).toEqual([undefined, undefined])
      })

      it('never reads from another partition, even if the names are alike', async () => {
        await write(...['p', 'p1', 'pp', 'o', ''].map((partition) => waiting({ partition, seq: 1 })))
        const read = store.transact('readonly', 'relaxed', async (tx) => {
          const rows = await tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 9)
          return rows.map(({ partition }) => partition)
        })

        expect(await read).toEqual(['p'])
      })

      it('orders numbers by value and strings by code unit: 2 before 10, "Z" before "a", "" first', async () => {
        await write(...[10, 2, 1].map((seq) => waiting({ seq, lane: 'same' })))
        await write(...['a', 'Z', '', 'é', 'aa'].map((lane, i) => waiting({ seq: 20 + i, lane })))
        const lanes = await store.transact('readonly', 'relaxed', async (tx) => {
          const rows = await tx.list({ store: 'entries', index: 'lane', from: ['p'], to: ['p', maxKey] }, 99)
          return rows.map(({ lane, seq }) => `${lane}:${seq}`)
        })

        expect(lanes).toEqual([':22', 'Z:21', 'a:20', 'aa:24', 'same:1', 'same:2', 'same:10', 'é:23'])
      })

      it('orders numbers before strings before arrays, so that an empty array ends every span', async () => {
        await write(waiting({ seq: 1, lane: '\uffff' }), waiting({ seq: Number.MAX_SAFE_INTEGER, lane: 'x' }))

        const by = (from: Key, to: Key) => list({ store: 'entries', index: 'lane', from, to })

        expect(await by(['p', 0], ['p', Number.MAX_SAFE_INTEGER])).toEqual([])
        expect(await by(['p', ''], ['p', maxKey])).toEqual([Number.MAX_SAFE_INTEGER, 1])
        expect(await list({ store: 'entries', from: ['p', ''], to: ['p', maxKey] })).toEqual([])
      })
    })
  })
}
