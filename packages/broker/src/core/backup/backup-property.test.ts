// Random lives of a device: realms that come, work and die at any step, a database that is wiped or forgets its last
// commits. Each accepted entry is delivered once, or waits for a person. No number is given away twice.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claim } from '../delivery/claim.js'
import { settle } from '../delivery/settle.js'
import { appendTo } from '../fixtures/append.fixture.js'
import { createFakeDevice, type FakeDevice } from '../fixtures/device.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, recover, refusedReply } from '../fixtures/outbox.fixture.js'
import { defaultLimits } from '../limits.js'
import { activate, readPartition } from '../outbox/partition.js'
import { outcomeOfUnknownEffect, retryOutcome } from '../outcomes/failure-outcomes.js'
import type { Outcome } from '../outcomes/outcome.js'
import { isRepeatable, type SendingEntry } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { Store } from '../rows/store-port.js'

type Step =
  | { readonly do: 'accept'; readonly lane: string; readonly server: 'plain' | 'idempotent' }
  /** `answer`: what comes of the attempt; `none` is a lost answer, `never` an executor that is not heard of again. */
  | { readonly do: 'send'; readonly answer: 'delivered' | 'refused' | 'none' | 'never' }
  | { readonly do: 'die' }
  | { readonly do: 'wipe' | 'forget'; readonly doomed: readonly number[] }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      lane: fc.constantFrom('x', 'y'),
      server: fc.constantFrom('plain' as const, 'idempotent' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      answer: fc.constantFrom('delivered' as const, 'refused' as const, 'none' as const, 'never' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'die' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('wipe' as const, 'forget' as const),
      doomed: fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 3 }),
    }),
  },
)

/** A server that honours keys where it was said to, and counts what it did. */
function createServer() {
  const effects = new Map<string, number>()
  const keys = new Set<string>()
  return {
    effects,
    handle({ id, key, server }: SendingEntry) {
      if (server === 'idempotent' && keys.has(key)) return
      keys.add(key)
      effects.set(id, (effects.get(id) ?? 0) + 1)
    },
  }
}

const contents = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) => ({
    row: await readPartition(tx, 'p'),
    entries: await tx.list(keySpan('entries', ['p']), 999),
    letters: await tx.list(keySpan('deadLetters', ['p']), 999),
  }))

const signIn = (store: Store) =>
  store.transact('readwrite', 'relaxed', (tx) => activate(tx, { partition: 'p', principal: 'ada' }))

const claimOne = (store: Store) =>
  store.transact('readwrite', 'strict', async (tx) => {
    const row = await readPartition(tx, 'p')
    const { claimed } = await claim(tx, row, new Map(), {
      owner: 'me',
      now: 5_000,
      probe: 'none',
      concurrencyMax: 1,
      inFlight: [],
      serves: () => true,
    })
    tx.put('partitions', row)
    return claimed[0]
  })

const settleAs = (store: Store, entry: SendingEntry, outcome: Outcome) =>
  store.transact('readwrite', 'strict', async (tx) => {
    const row = await readPartition(tx, 'p')
    const options = { now: 2_000, failuresMax: 1e6, random: () => 0 }
    await settle(tx, { row, origins: new Map() }, { entry, outcome }, options)
    tx.put('partitions', row)
  })

async function send(
  store: Store,
  server: ReturnType<typeof createServer>,
  answer: (Step & { do: 'send' })['answer'],
) {
  const entry = await claimOne(store)
  if (entry === undefined) return false
  if (answer !== 'refused') server.handle(entry)
  if (answer === 'never') return true
  const lost = isRepeatable(entry)
    ? retryOutcome('network')
    : outcomeOfUnknownEffect(entry, 'network', { counts: false })
  await settleAs(store, entry, { delivered: deliveredOutcome, refused: refusedReply, none: lost }[answer])
  return true
}

async function play(device: FakeDevice, steps: readonly Step[]) {
  const server = createServer()
  const accepted: string[] = []
  const places = new Map<number, string>()
  let realm = device.realm()
  const begin = async () => {
    realm = device.realm()
    await signIn(realm)
    await recover(realm, 'p', 1_000)
    // A copy that lags when the database is wiped is the note's affair.
    await device.quiet()
  }
  await begin()
  for (const [i, now] of steps.entries()) {
    if (now.do === 'accept') {
      const one = capture(`e${i}`, { lane: now.lane, server: now.server })
      const [done] = await realm.transact('readwrite', 'strict', (tx) =>
        appendTo(tx, 'p', [one], { now: 0, limits: defaultLimits }),
      )
      if (done?.status !== 'accepted') throw new Error('refused')
      expect(places.get(done.seq)).toBeUndefined()
      places.set(done.seq, done.id)
      accepted.push(done.id)
    } else if (now.do === 'send') await send(realm, server, now.answer)
    else {
      await device.quiet()
      realm.kill()
      if (now.do === 'wipe') device.wipe()
      if (now.do === 'forget') device.forget()
      if (now.do !== 'die') for (const steps of now.doomed) void signIn(device.realm({ steps }))
      await device.quiet()
      await begin()
    }
    await device.quiet()
    if (i % 4 === 0) await device.remember()
  }
  for (let i = 0; i < 2; i++) {
    realm.kill()
    await begin()
  }
  return { realm, server, accepted }
}

describe('a device that loses its database again and again', () => {
  it('P1 P2 loses nothing, doubles nothing, and gives no number away twice', async () => {
    const seen = { wipe: 0, forget: 0, doubt: 0, again: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 18 }), async (steps) => {
        const device = createFakeDevice()
        const { realm, server, accepted } = await play(device, steps)
        while (await send(realm, server, 'delivered')) seen.again += 1

        const { row, entries, letters } = await contents(realm)
        const kept = [...entries, ...letters].map(({ id }) => id)
        const there = new Set([...kept, ...server.effects.keys()])
        expect(accepted.filter((id) => !there.has(id))).toEqual([])
        expect([...server.effects.values()].every((times) => times === 1)).toBe(true)
        expect(new Set(kept).size).toBe(kept.length)
        expect(row.waiting).toBe(entries.length)
        expect(row.dead).toBe(letters.length)
        expect(row.lost?.upTo ?? 0).toBe(0)
        for (const { do: what } of steps) if (what === 'wipe' || what === 'forget') seen[what] += 1
        seen.doubt += entries.filter(({ state }) => state === 'inDoubt').length
      }),
      { seed: 4, numRuns: 200 },
    )
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(20)
  })
})
