import { expect, it } from 'vitest'
import { requestOf, someKey } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { claps } = world

/** An idempotency that keeps an answer for 10.5 s and its tombstone for 60 s more, and the hand on its clock. */
function createAged() {
  const clock = { now: 1_000_000 }
  const idempotency = world.create({ retentionMs: 10_500, tombstoneMs: 60_000, now: () => clock.now })
  return { ...idempotency, clock }
}
const statusOf = (response: Response) => response.headers.get('idempotency-status')

it('states the retention in seconds on every answer and repeats the answer that long', async () => {
  const { run, clock } = createAged()
  const keyless = await world.create().run(requestOf({ key: null }), clap)
  expect(keyless.headers.get('idempotency-retention')).toBe('604800')
  expect((await run(requestOf(), clap)).headers.get('idempotency-retention')).toBe('10')
  clock.now += 10_499
  expect(statusOf(await run(requestOf(), clap))).toBe('replayed')
})

it('answers 410 without effect to a repeat that comes after the retention, purged or not', async () => {
  const { run, purge, clock } = createAged()
  await run(requestOf(), clap)
  clock.now += 10_500
  const late = await run(requestOf(), clap)
  expect(late.headers.get('idempotency-retention')).toBe('10')
  expect(await problemIn(late)).toEqual(problem(410, 'key-expired'))
  expect(await purge()).toEqual({ entombed: 1, removed: 0 })
  expect(await problemIn(await run(requestOf(), clap))).toEqual(problem(410, 'key-expired'))
  expect(await claps()).toBe(1)
})

it('answers 422 to an expired key used for another request', async () => {
  const { run, clock } = createAged()
  await run(requestOf(), clap)
  clock.now += 10_500
  expect(await problemIn(await run(requestOf({ path: '/posts' }), clap))).toEqual(problem(422, 'key-reused'))
})

it('remembers the use of a key for 400 days unless told otherwise', async () => {
  const dayMs = 86_400_000
  let now = 1_000_000
  const { run } = world.create({ now: () => now })
  await run(requestOf(), clap)
  // A jump past a day is not believed.
  for (let day = 1; day < 407; day += 1) {
    now += dayMs
    await run(requestOf({ key: `key-of-the-day-${day}` }), () => new Response())
  }
  now += dayMs - 1
  expect((await run(requestOf(), clap)).status).toBe(410)
  now += 1
  expect(statusOf(await run(requestOf(), clap))).toBe('stored')
})

it.each([8, 408, 900, -500])(
  'repeats the answer after the clock has jumped by %i days, and reports the state of its key',
  async (days) => {
    let now = 1_000 * 86_400_000
    const { run, status } = world.create({ now: () => now })
    await run(requestOf(), clap)
    now += days * 86_400_000
    expect(statusOf(await run(requestOf(), clap))).toBe('replayed')
    expect(await (await status(requestOf(), someKey)).json()).toEqual({ state: 'done', status: 201 })
    expect(await claps()).toBe(1)
  },
)

it('treats a key as new when its tombstone has expired too, purged or not', async () => {
  const { run, purge, clock } = createAged()
  const other = requestOf({ key: 'another-key-of-ada' })
  await run(requestOf(), clap)
  await run(other.clone(), clap)
  clock.now += 70_500
  expect(statusOf(await run(requestOf(), clap))).toBe('stored')
  expect(await purge()).toEqual({ entombed: 0, removed: 1 })
  expect(statusOf(await run(other, clap))).toBe('stored')
  expect(await claps()).toBe(4)
})

it('purges the given number of records in one call, a thousand by default', async () => {
  const { run, purge, clock } = createAged()
  const fill = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await run(requestOf({ key: `key-of-many-${String(index).padStart(4, '0')}` }), () => new Response())
    }
  }
  await fill(1_003)
  clock.now += 10_500
  expect(await purge()).toEqual({ entombed: 1_000, removed: 0 })
  expect(await purge(2)).toEqual({ entombed: 2, removed: 0 })
  expect(await purge()).toEqual({ entombed: 1, removed: 0 })
  for (const recordsMax of [0, -1, 0.5, Number.NaN])
    await expect(purge(recordsMax)).rejects.toThrow(RangeError)
})

it('erases all records of one user, however many, and none of another', async () => {
  const { run, purgePrincipal } = createAged()
  for (let index = 0; index < 1_001; index += 1) {
    await run(requestOf({ key: `key-of-many-${String(index).padStart(4, '0')}` }), () => new Response())
  }
  await run(requestOf({ user: 'grace' }), clap)
  expect(await purgePrincipal('ada')).toBe(1_001)
  expect(await purgePrincipal('ada')).toBe(0)
  expect(statusOf(await run(requestOf({ user: 'grace' }), clap))).toBe('replayed')
  expect(statusOf(await run(requestOf({ key: 'key-of-many-0000' }), clap))).toBe('stored')
})

it('reports once that the clock has jumped, and again after it was right', async () => {
  const dayMs = 86_400_000
  const { run, purge, clock } = createAged()
  await run(requestOf(), clap)
  clock.now += 2 * dayMs
  const held = { from: 1_000_000, to: clock.now }
  for (let call = 0; call < 3; call += 1) expect(await purge()).toEqual({ entombed: 0, removed: 0, held })
  expect(world.errors.map(String)).toEqual([expect.stringContaining('the clock has moved by 2.0 days')])
  expect(String(world.errors[0])).toContain('clockIsRight: true')
  expect(await purge(1_000, { clockIsRight: true })).toEqual({ entombed: 0, removed: 1 })
  clock.now -= 3 * dayMs
  expect((await purge()).held).toBeDefined()
  expect(world.errors.map(String)).toEqual([expect.anything(), expect.stringContaining('by -3.0 days')])
})
