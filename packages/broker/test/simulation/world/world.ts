// Runs a plan: a device with its tabs and its worker, a server, and the network between them.
import { createDevice, type Device } from '../platform/device.js'
import { SimAnswer } from '../platform/fetch-types.js'
import { type Globals, globalsOf, timersOf } from '../platform/globals.js'
import { type Arrival, createNetwork, type Fate, type Network } from '../platform/network.js'
import { seeded } from '../platform/random.js'
import type { Realm } from '../platform/realm.js'
import { createScheduler } from '../platform/scheduler.js'
import { WorkerHost } from '../platform/service-worker.js'
import { type CompanionDisk, createCompanion, effectsOn, type ServerProduct } from '../server/companion.js'
import type { Effect } from '../server/ledger.js'
import { createPlainServer } from '../server/plain.js'
import { createServerHost, type ServerHost } from '../server/server-host.js'
import { type Acting, act } from './act.js'
import type { PageProduct, Word } from './app.js'
import { type Ending, type FinalRow, type History, hashOfHistory } from './history.js'
import { createMoments, type Moments } from './moments.js'
import { type Plan, type Step, userSteps } from './plan.js'
import { createRecorder, type Recorder } from './recorder.js'
import { createTabs } from './tabs.js'

/** The code under test, as functions of the global objects of a realm. */
export interface Product {
  loadPage(realm: Realm, globals: Globals): PageProduct
  /** Runs the script of the service worker. */
  runWorker(realm: Realm, globals: Globals): void
  loadServer(realm: Realm, globals: Globals): ServerProduct
}

export interface World extends Acting {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly moments: Moments
}

/** Resolves nothing and awaits nothing: a world is one long function. */
export function runWorld(plan: Plan, product: Product): History {
  const world = createWorld(plan, product)
  const { scheduler } = world
  const coverage = new Set<string>()
  const perform = (step: Step) => () => {
    if (scheduler.now() > plan.endMs) return
    world.recorder.note({ kind: 'step', step })
    if (!userSteps.has(step.kind))
      for (const state of statesOf(world)) coverage.add(`${state} × ${step.kind}`)
    act(world, step)
  }
  for (const step of plan.steps) {
    const { near } = step
    const work = perform(step)
    scheduler.after(step.at, near === undefined ? work : () => world.moments.wait(near, work))
  }
  let isQuiet = scheduler.run(plan.endMs)
  stopFaults(world)
  isQuiet = runToTheEnd(world) && isQuiet
  const ending = endingOf(world, isQuiet)
  for (const event of world.recorder.events)
    if (event.kind === 'sent' && event.fate !== 'ok') coverage.add(`sending × ${event.fate}`)
  const tasks = scheduler.tasks()
  return {
    events: world.recorder.events,
    ending,
    tasks,
    coverage: [...coverage],
    hash: hashOfHistory(world.recorder.events, ending, scheduler.hash()),
  }
}

function createWorld(plan: Plan, product: Product): World {
  const scheduler = createScheduler()
  const random = seeded(plan.seed)
  const moments = createMoments(scheduler)
  const recorder = createRecorder(scheduler, moments.heard)
  const session = { isOver: false }
  const server = createServer(plan, product, { scheduler, random, recorder, session })
  const network: Network = createNetwork({
    scheduler,
    random: random.stream('network'),
    serve: async (arrival, told) => {
      const answer = told === undefined ? await server.serve(arrival) : toldAnswer(told)
      recorder.note({
        kind: 'handled',
        id: new URL(arrival.request.url).pathname,
        cookie: arrival.cookie,
        status: answer.status,
        isDouble: arrival.isDouble,
      })
      return answer
    },
    onSent: recorder.sent,
    onEnded: recorder.ended,
    onToldToWait: recorder.toldToWait,
  })
  for (const { request, fate } of plan.fates) network.fates.set(request, fate)
  const device = createDevice(scheduler, random.stream('device'), network, {
    ...plan,
    onReport: (realm, error) => recorder.note({ kind: 'reported', realm: realm.name, error: String(error) }),
    onDeath: (realm) => recorder.note({ kind: 'died', realm: realm.name }),
  })
  device.cookie = plan.users[0]
  if (plan.hasWorker) device.worker = new WorkerHost(device, product.runWorker)
  const kind = plan.server === 'plain' ? 'plain' : 'idempotent'
  const { loadPage } = product
  const tabs = createTabs({ device, server: kind, plan, recorder, loadPage }, plan.users[0] as string)
  const acts = random.stream('acts')
  return { plan, scheduler, random: acts, device, network, tabs, recorder, moments, server, session }
}

function createServer(
  plan: Plan,
  product: Product,
  { scheduler, random, recorder, session }: Pick<World, 'scheduler' | 'random' | 'recorder' | 'session'>,
): ServerHost {
  const dice = random.stream('server')
  const effects: Effect[] = []
  const disk: CompanionDisk = { memory: undefined }
  const device = {
    realms: new Set(),
    windows: new Map(),
    broadcast: { of: () => class {} },
  } as unknown as Device
  return createServerHost({
    scheduler,
    random: dice,
    begin(realm) {
      const context = {
        now: () => realm.wallNow(),
        wait: (ms: number) => new Promise<void>((resolve) => void realm.post(ms, resolve)),
        workMs: () => (dice.chance(0.1) ? dice.between(20, 3_000) : dice.between(0.1, 20)),
        session: ({ cookie }: Arrival) => (session.isOver ? undefined : cookie),
      }
      if (plan.server === 'plain') return createPlainServer(context, effects)
      const globals = { ...globalsOf(device, realm), ...timersOf(realm) }
      return createCompanion(product.loadServer(realm, globals), context, disk)
    },
    ledger: () => (plan.server === 'plain' ? effects : effectsOn(disk)),
    onChange: (isThere) => recorder.note({ kind: 'server', isThere }),
  })
}

function toldAnswer({ status, retryAfterS }: Fate & { kind: 'told' }): SimAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS)
  return new SimAnswer('{}', { status, headers })
}

/** From here on everything works, and each user signs in once more. */
function stopFaults({ device, network, session, plan, tabs, server, moments }: World): void {
  moments.clear()
  server.mend()
  network.fates.clear()
  network.partition = undefined
  session.isOver = false
  device.disk.faultsToCome = []
  device.disk.room = undefined
  if (device.bucket) Object.assign(device.bucket, { faultsToCome: [], room: undefined })
  device.broadcast.loss = 0
  for (const { realm } of tabs.all()) {
    realm.throttle(0)
    realm.thaw()
    realm.dieAfter(Number.POSITIVE_INFINITY, () => {})
  }
  device.worker?.realm()?.dieAfter(Number.POSITIVE_INFINITY, () => {})
  if (!device.isOnline) device.setOnline(true)
  device.worker?.sync()
  for (let tab = 0; tab < plan.tabs; tab++) tabs.open(tab)
}

const sliceMs = 20_000
/** In this time all that can be delivered is delivered once the faults have stopped. */
const patienceMs = 4 * 3_600_000
/** After its clock was set back, no entry waits longer than a day. */
const clockPatienceMs = 26 * 3_600_000

function runToTheEnd(world: World): boolean {
  const { scheduler, plan, tabs, device, session } = world
  const first = tabs.user()
  for (const user of [first, ...plan.users.filter((one) => one !== first)]) {
    if (user === undefined) continue
    if (user !== tabs.user()) {
      device.cookie = user
      tabs.setUser(user)
    }
    session.isOver = false
    for (const { realm, app } of tabs.all()) realm.post(1_000, () => void app.broker.resume().catch(() => {}))
    const isSet = plan.steps.some(({ kind }) => kind === 'clock')
    const until = scheduler.now() + (isSet ? clockPatienceMs : patienceMs)
    do {
      if (!scheduler.run(scheduler.now() + sliceMs)) return false
      if (plan.server === 'plain') resolveDoubts(world)
    } while (scheduler.now() < until && hasWork(device))
    // A timer of a tab that was hidden comes within a minute.
    if (!scheduler.run(scheduler.now() + 4 * sliceMs)) return false
  }
  return true
}

/** A person looks what the server has done, and says so of each entry in doubt. */
function resolveDoubts({ tabs, server, recorder }: World): void {
  const [tab] = tabs.all()
  tab?.realm.post(1, async () => {
    const { broker, product } = tab.app
    const done = new Set(server.ledger().map(({ id }) => id))
    for (const { id: entryId, state, action } of await product.outboxEntries(broker)) {
      if (state !== 'inDoubt') continue
      const { id } = action.payload as Word
      const how = done.has(id) ? 'markDelivered' : 'retry'
      recorder.note({ kind: 'resolved', id, how })
      await product[how](broker, entryId)
    }
  })
}

const rowsOf = ({ disk }: Device, table: string) =>
  (disk.databases.get('words')?.tables.get(table)?.rows ?? []).map(
    ({ row }) => row as Record<string, unknown>,
  )

function statesOf({ device }: World): ReadonlySet<string> {
  const rows = [...rowsOf(device, 'entries'), ...rowsOf(device, 'deadLetters')]
  return new Set(rows.length === 0 ? ['none'] : rows.map(({ state }) => String(state)))
}

const hasWork = (device: Device) =>
  rowsOf(device, 'entries').some(
    ({ state }) => state === 'waiting' || state === 'sending' || state === 'inDoubt',
  )

function endingOf({ device, server, tabs, scheduler }: World, isQuiet: boolean): Ending {
  const finalRow = (row: Record<string, unknown>): FinalRow => ({
    id: (row['action'] as { payload: { id: string } }).payload.id,
    state: String(row['state']),
    reason: row['reason'] as string | undefined,
  })
  return {
    ledger: server.ledger(),
    rows: [...rowsOf(device, 'entries'), ...rowsOf(device, 'deadLetters')].map(finalRow),
    views: tabs.all().map(({ realm, app }) => {
      const { session, lists, feed } = app.store.getState()
      return { realm: realm.name, user: session.user, lists, ...(feed && { feed }) }
    }),
    isQuiet,
    endedAt: scheduler.now(),
  }
}
