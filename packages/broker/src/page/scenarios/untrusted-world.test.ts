// A whole broker with edited rows and a server that answers anything. It sends nothing that was not captured, and nothing
// throws past its border. `npm run fuzz` makes many runs. Each has a seed of its own, by which it
// is made again alone.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { one, randomSource, startRun, upTo } from '../../core/fixtures/anything.fixture.js'
import { isMethod } from '../../core/outbox/row-validation.js'
import type { EntryRow } from '../../core/rows/entry.js'
import { cancel, deadLetters, discard, markDelivered, retry } from '../../index.js'
import type { SentRequest } from '../../testing/index.js'
import { editRows, ownersIn } from '../fixtures/edited-rows.fixture.js'
import {
  home,
  type Leaving,
  type OpenApp,
  type OpenWorld,
  openWorld,
  other,
  routes,
} from '../fixtures/untrusted-world.fixture.js'

declare const process: { readonly env: Readonly<Record<string, string | undefined>> }
const runs = Number(process.env['FUZZ_WORLDS'] ?? 20)
const seed = Number(process.env['SEED'] ?? 1)
const hourMs = 3_600_000
const users = ['ada', 'bob']

/** The headers that a broker and its browser add, where the write brought none of that name. */
const isAdded = ([name, value]: readonly [string, string], { body, headers }: Leaving) =>
  !headers.some(([given]) => given === name) &&
  (/^(accept|idempotency-(key|principal)|x-token)$/.test(name) ||
    (name === 'content-type' && value === 'text/plain;charset=UTF-8' && typeof body === 'string'))

const known = (method: string) => (/^(put|post|delete)$/i.test(method) ? method.toUpperCase() : method)

/** Whether a request is that of a write. */
function isOf(sent: SentRequest, write: Leaving, retried: ReadonlySet<string>): boolean {
  const headers = Object.entries(sent.headers).filter((header) => !isAdded(header, write))
  return (
    sent.url === new URL(write.url).href &&
    sent.method === known(write.method) &&
    sent.body === write.body &&
    sent.principal === write.principal &&
    (sent.key === write.key || retried.has(write.id)) &&
    JSON.stringify(headers) === JSON.stringify([...new Headers(write.headers as [string, string][])])
  )
}

/** The writes that edited rows tell of: each must be one that a capture could have made. */
const toldBy = (rows: readonly EntryRow[], owners: ReadonlyMap<string, string>): readonly Leaving[] =>
  rows.flatMap(({ request, partition, id, key }) => {
    const { url, method, headers, body } = Object(request) as EntryRow['request']
    const principal = owners.get(partition)
    const isFit =
      typeof url === 'string' &&
      [home, other].some((origin) => url.startsWith(`${origin}/`)) &&
      isMethod(method)
    return isFit ? [{ url, method, headers, body, principal, id, key }] : []
  })

/** Questions of the broker's own, and reads. */
function isQuestion({ url, method, body, key, principal }: SentRequest, keys: ReadonlySet<unknown>): boolean {
  if (method !== 'GET' || body !== undefined || key !== '') return false
  const [, asked] = /^https:\/\/app\.test\/api\/status\/(.+)$/.exec(url) ?? []
  if (asked !== undefined) return keys.has(decodeURIComponent(asked)) && users.includes(principal ?? '')
  return /^https:\/\/app\.test\/api\/(me|read\/[0-2])$/.test(url)
}

async function edit({ world }: OpenWorld, told: EntryRow[], owners: Map<string, string>): Promise<void> {
  for (const [partition, user] of await ownersIn(world.store, users)) owners.set(partition, user)
  told.push(...(await editRows(world.store)))
}

/** A person, a browser or the time does something. */
async function step({ world, open, crash, retried }: OpenWorld, apps: OpenApp[]): Promise<void> {
  const app = one(apps)
  const ids = Object.keys(app.outbox().entries)
  const steps: readonly (() => unknown)[] = [
    () => app.act(),
    () => app.act().cancel(),
    app.load,
    () => app.broker.resume(),
    () => app.sign(one([...users, undefined])),
    () => world.setOnline(randomSource.random() < 0.7),
    () => app.tab.host.focus(),
    () => deadLetters(app.broker),
    () => apps.push(open(one(users))),
    () => {
      crash()
      apps.splice(0, apps.length, open(one(users)))
    },
    ...(ids.length > 0 ? [cancel, markDelivered, discard, retry] : []).map((command) => () => {
      const id = one(ids)
      if (command === retry) retried.add(id)
      return command(app.broker, id)
    }),
    ...[100, 5_000, 60_000, hourMs].map((ms) => () => world.clock.advance(upTo(ms))),
  ]
  const done = one(steps)()
  await world.settle()
  if (done instanceof Promise) await done
}

/** Each request that left must be one that was captured, or one of an edited row. Gives the faults in words. */
function faultsOf(
  { world, captured, retried }: OpenWorld,
  told: readonly EntryRow[],
  owners: ReadonlyMap<string, string>,
) {
  const { requests, knocks } = world.network
  const writes = [...captured, ...toldBy(told, owners)]
  const keys = new Set<unknown>([...requests.map(({ key }) => key), ...told.map(({ key }) => key)])
  const strange = requests.filter(
    (sent) => !isQuestion(sent, keys) && !writes.some((write) => isOf(sent, write, retried)),
  )
  const knocked = knocks.filter((url) => ![`${home}/api/health`, `${home}/`, `${other}/`].includes(url))
  return { strange, knocked, isEndless: requests.length > 2_000 }
}

async function run(ownSeed: number): Promise<void> {
  startRun(ownSeed)
  const made = openWorld(ownSeed)
  const { world, receipts, open, crash, calm } = made
  const told: EntryRow[] = []
  const owners = new Map<string, string>()
  const apps = [open(one(users))]
  const rejections: unknown[] = []
  for (let i = 0; i < 8; i++) apps[0]?.act()
  for (let i = 0; i < 24; i++) {
    if (randomSource.random() < 0.2) await edit(made, told, owners)
    await step(made, apps)
  }
  crash()
  world.setOnline(true)
  calm()
  const last = open('ada')
  await last.broker.ready
  await world.clock.advance(4 * hourMs)
  const receipt = last.act(routes[0], 'fresh')
  await world.clock.advance(hourMs)

  await Promise.all(
    receipts.map((settled) => Promise.race([settled, undefined]).catch((e) => rejections.push(e))),
  )
  expect(faultsOf(made, told, owners)).toEqual({ strange: [], knocked: [], isEndless: false })
  expect(rejections).toEqual([])
  expect(await Promise.race([receipt.settled, 'pending'])).toMatchObject({ status: 'delivered' })
}

beforeEach(() => {
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

describe('a broker over edited rows and a server with random answers', () => {
  it(`sends only captured requests, and goes on (seed ${seed}, ${runs} runs)`, async () => {
    for (let ownSeed = seed; ownSeed < seed + runs; ownSeed++)
      await run(ownSeed).catch((error: unknown) => {
        const again = `SEED=${ownSeed} FUZZ_WORLDS=1 npm run fuzz`
        throw new Error(`${error instanceof Error ? error.message : error} (${again})`, { cause: error })
      })
  })
})
