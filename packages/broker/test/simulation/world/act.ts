// Does the steps of a plan.
import type { Device } from '../platform/device.js'
import type { Network } from '../platform/network.js'
import type { Random } from '../platform/random.js'
import type { Scheduler } from '../platform/scheduler.js'
import type { ServerHost } from '../server/server-host.js'
import { giveCommand } from './commands.js'
import { askForFeed, switchUser } from './feed.js'
import type { Step } from './plan.js'
import type { Recorder } from './recorder.js'
import { crashServer } from './server-crash.js'
import type { Tab, Tabs } from './tabs.js'

export interface Acting {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly device: Device
  readonly network: Network
  readonly tabs: Tabs
  readonly recorder: Recorder
  readonly session: { isOver: boolean }
  readonly server: ServerHost
}

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

export function act(world: Acting, step: Step): void {
  const done = acts[step.kind] as (world: Acting, step: Step) => void
  done(world, step)
}

const acts: { readonly [Kind in Step['kind']]: (world: Acting, step: StepOf<Kind>) => void } = {
  open: ({ tabs }, { tab }) => tabs.open(tab),
  tap,
  command: giveCommand,
  read: askForFeed,
  switch: switchUser,
  release: ({ tabs }) => tabs.release(),
  user: changeUser,
  killTab: ({ tabs }, { tab, steps }) => killAfter(tabs.get(tab)?.realm, steps),
  killServer: crashServer,
  killWorker: ({ device }, { steps }) => killAfter(device.worker?.realm(), steps),
  powerLoss: losePower,
  wipe,
  wipeMirror: ({ device }) => void device.bucket?.wipe(),
  offline({ device, network }) {
    network.partition = 'refused'
    device.setOnline(false)
  },
  online({ device, network }) {
    network.partition = undefined
    device.setOnline(true)
    device.worker?.sync()
  },
  partition({ network }, { how }) {
    network.partition = how
  },
  heal({ device, network }) {
    if (device.isOnline) network.partition = undefined
  },
  endSession({ session }) {
    session.isOver = true
  },
  renewSession({ session, tabs }) {
    session.isOver = false
    for (const { realm, app } of tabs.all()) realm.post(1, () => void app.broker.resume().catch(() => {}))
  },
  clock({ device, tabs }, { realm, offsetMs }) {
    const meant = realm === 'worker' ? device.worker?.realm() : tabs.get(realm)?.realm
    meant?.setClock(offsetMs)
  },
  freeze: ({ tabs }, { tab }) => tabs.get(tab)?.realm.freeze(),
  thaw: ({ tabs }, { tab }) => tabs.get(tab)?.realm.thaw(),
  throttle: ({ tabs }, { tab, everyMs }) => tabs.get(tab)?.realm.throttle(everyMs),
  full({ device }, { rows }) {
    device.disk.room = rows
  },
  room({ device }) {
    device.disk.room = undefined
  },
  abort({ device }, { place, how, times }) {
    const disk = place === 'disk' ? device.disk : device.bucket
    for (let i = 0; i < times; i++) disk?.faultsToCome.push(how)
  },
  updateWorker: ({ device }) => device.worker?.update(),
}

function tap({ tabs, recorder }: Acting, { tab: number, verb, id, lane, query }: StepOf<'tap'>): void {
  const tab = tabs.get(number)
  tab?.realm.post(0, () => tapIn(tab, recorder, verb, { id, lane, query }))
}

function tapIn(
  { realm, app }: Tab,
  recorder: Recorder,
  verb: 'put' | 'post',
  word: { readonly id: string; readonly lane: string; readonly query: string },
): void {
  const { user } = app.store.getState().session
  if (user === undefined) return
  const { id, lane } = word
  const isRefused = word.query.includes('refused')
  recorder.note({ kind: 'tapped', id, lane, verb, user, realm: realm.name, isRefused })
  try {
    const receipt = app.tap(verb, word)
    void receipt.accepted.then(({ status, reason }) => {
      if (status === 'accepted') recorder.note({ kind: 'accepted', id })
      else recorder.note({ kind: 'notAccepted', id, reason: reason ?? '' })
    })
    void receipt.settled.then(({ status, reason }) =>
      recorder.note({ kind: 'settled', id, status, reason, realm: realm.name }),
    )
  } catch (error) {
    recorder.note({ kind: 'threw', id, error: String(error) })
  }
}

/** The app signs its user out, and only then the session of the browser ends. */
function changeUser({ tabs, device, scheduler, session }: Acting, { user }: StepOf<'user'>): void {
  if (user === undefined) {
    tabs.setUser(undefined)
    scheduler.after(150, () => {
      if (tabs.user() === undefined) device.cookie = undefined
    })
    return
  }
  session.isOver = false
  device.cookie = user
  scheduler.after(5, () => tabs.setUser(user))
}

function killAfter(
  realm: { dieAfter(steps: number, onDeath: () => void): void; die(): void } | undefined,
  steps: number,
): void {
  realm?.dieAfter(steps, () => realm.die())
}

function losePower({ device }: Acting): void {
  for (const realm of [...device.realms]) realm.die()
  device.disk.losePower()
  device.bucket?.losePower()
}

function wipe({ device, recorder }: Acting): void {
  const tables = device.disk.databases.get('words')?.tables
  const stored = ['entries', 'deadLetters'].flatMap((table) => tables?.get(table)?.rows ?? [])
  const rows = stored.map(({ row }) => String((row['action'] as { payload: { id: string } }).payload.id))
  recorder.note({ kind: 'lostRows', rows })
  device.disk.wipe()
}
