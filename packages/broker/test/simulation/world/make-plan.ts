// Makes the plan of a world from its seed.
import type { Fate } from '../platform/network.js'
import { type Random, seeded } from '../platform/random.js'
import { addCommands } from './commands.js'
import { addReads, addSwitches } from './feed.js'
import type { Fault, Moment, Plan, PlannedFate, Step } from './plan.js'
import { addReleases } from './releases.js'
import { addServerCrashes } from './server-crash.js'

export function makePlan(seed: number): Plan {
  const random = seeded(seed).stream('plan')
  const shape = shapeOf(seed, random)
  const endMs = random.pick([4_000, 20_000, 20_000, 90_000, 400_000, 400_000])
  const steps: Step[] = []
  for (let tab = 0; tab < shape.tabs; tab++)
    steps.push({ at: tab === 0 ? 0 : random.between(0, endMs / 4), kind: 'open', tab })
  addTaps(steps, shape, endMs, random)
  addCrashes(steps, shape, endMs, random)
  addFaults(steps, shape, endMs, random)
  if (endMs > 2 * sleepMs && random.chance(0.6)) addSleep(steps, shape, endMs, random)
  if (shape.users.length > 1 || random.chance(0.1)) addUsers(steps, shape.users, endMs, random)
  addCommands(steps, shape.tabs, endMs, seeded(seed).stream('commands'))
  if (shape.hasReads) addReads(steps, shape.tabs, endMs, seeded(seed).stream('reads'))
  if (shape.hasReads) addSwitches(steps, shape, endMs, seeded(seed).stream('switches'))
  addReleases(steps, shape.tabs, endMs, seeded(seed).stream('releases'))
  addServerCrashes(steps, endMs, seeded(seed).stream('server crashes'))
  steps.sort((a, b) => a.at - b.at)
  // In the end all is mended anyway.
  const inTime = steps.filter(({ at }) => at < endMs)
  return { seed, ...shape, steps: inTime, fates: fatesOf(random), endMs }
}

type Shape = Omit<Plan, 'seed' | 'steps' | 'fates' | 'endMs'>

function shapeOf(seed: number, random: Random): Shape {
  const hasMirror = random.chance(0.6)
  return {
    tabs: random.pick([1, 1, 1, 2, 2, 3, 4]),
    hasWorker: random.chance(0.4),
    server: random.chance(0.75) ? 'companion' : 'plain',
    users: random.chance(0.25) ? ['ann', 'bob'] : ['ann'],
    hasMirror,
    hasNote: hasMirror || random.chance(0.5),
    hasLocks: random.chance(0.93),
    preparesHeaders: random.chance(0.2),
    hasReads: seeded(seed).stream('has reads').chance(0.4),
    ...limitsOf(seeded(seed).stream('limits')),
  }
}

function limitsOf(random: Random): Pick<Shape, 'entriesMax' | 'concurrencyMax'> {
  const entriesMax = random.chance(0.12) ? 2 + random.below(6) : undefined
  return { entriesMax, concurrencyMax: random.pick([1, 2, 6, 6, 6, 6]) }
}

/** Taps come in bursts, as users make them. */
function addTaps(steps: Step[], { tabs, server }: Shape, endMs: number, random: Random): void {
  const count = 7 + random.below(22) + random.below(22)
  const lanes = 1 + random.below(5)
  let at = random.between(0, endMs / 4)
  for (let i = 0; i < count; i++) {
    if (random.chance(0.4)) at = random.between(0, endMs)
    else at = Math.min(at + random.pick([0, 0, 1, 20, 300]), endMs)
    const query = random.chance(0.06)
      ? '?refused'
      : random.chance(0.06)
        ? `?failures=${1 + random.below(3)}`
        : ''
    steps.push({
      at,
      kind: 'tap',
      tab: random.below(tabs),
      verb: random.chance(server === 'plain' ? 0.6 : 0.4) ? 'put' : 'post',
      id: `w${i}`,
      lane: `lane${random.below(lanes)}`,
      query,
    })
  }
}

function addCrashes(steps: Step[], { tabs, hasWorker }: Shape, endMs: number, random: Random): void {
  const count = random.below(4) + random.below(3)
  for (let i = 0; i < count; i++) {
    const at = random.between(0, endMs)
    const kind = random.next()
    if (kind < 0.12) {
      steps.push({ at, kind: 'powerLoss' })
      for (let tab = 0; tab < tabs; tab++)
        steps.push({ at: at + random.between(50, endMs / 5), kind: 'open', tab })
    } else if (kind < 0.35 && hasWorker) {
      steps.push({ at, kind: 'killWorker', steps: stepsOf(random) })
    } else {
      const tab = random.below(tabs)
      const near = random.chance(0.3) ? { near: momentOf(random, tab) } : {}
      steps.push({ at, ...near, kind: 'killTab', tab, steps: stepsOf(random) })
      steps.push({ at: at + random.pick([30, 300, 3_000, endMs / 5]), kind: 'open', tab })
    }
  }
}

const stepsOf = (random: Random) => 1 + random.below(random.pick([3, 30, 150]))

function addFaults(steps: Step[], shape: Shape, endMs: number, random: Random): void {
  const count = random.below(4) + random.below(5)
  for (let i = 0; i < count; i++) {
    const at = random.between(0, endMs)
    const until = at + random.between(10, endMs / 2)
    const [fault, end] = random.pick(faultsOf(shape))(random)
    steps.push({ at, ...(random.chance(0.3) && { near: momentOf(random) }), ...fault })
    if (end !== undefined) steps.push({ at: until, ...end })
  }
}

/** In this time another tab takes over from one that sleeps. */
const sleepMs = 85_000

/** A tab freezes in the middle of a request until another has taken over, and wakes beside the work of the other. */
function addSleep(steps: Step[], { tabs }: Shape, endMs: number, random: Random): void {
  const tab = random.below(tabs)
  const at = random.between(0, endMs / 2)
  const ms = random.between(0, random.pick([1, 30, 100]))
  steps.push({ at, kind: 'freeze', tab, near: { event: 'sent', tab, ms } })
  const then = momentOf(random)
  const near = { event: 'freeze', tab, ms: random.between(sleepMs, 2 * sleepMs), then } as const
  steps.push({ at, kind: 'thaw', tab, near })
}

/** Close to something that goes on in a tab, or in any realm. */
function momentOf(random: Random, tab?: number): Moment {
  const event = random.pick(['tapped', 'accepted', 'sent', 'sent', 'sent', 'ended', 'settled'] as const)
  const ms = random.between(0, random.pick([1, 8, 60, 500]))
  return { event, ms, ...(tab !== undefined && event !== 'accepted' && { tab }) }
}

type FaultMaker = (random: Random) => readonly [Fault, Fault?]

function faultsOf({ tabs, hasWorker, hasMirror, hasNote }: Shape): readonly FaultMaker[] {
  const tabOf = (random: Random) => random.below(tabs)
  return [
    () => [{ kind: 'offline' }, { kind: 'online' }],
    (random) => [{ kind: 'partition', how: random.pick(['refused', 'silent']) }, { kind: 'heal' }],
    (random) => [
      {
        kind: 'clock',
        realm: hasWorker && random.chance(0.3) ? 'worker' : tabOf(random),
        offsetMs: jumpOf(random),
      },
    ],
    (random) => {
      const tab = tabOf(random)
      // Half of them sleep until the end, long enough for others to take their lock away.
      return random.chance(0.5)
        ? [{ kind: 'freeze', tab }]
        : [
            { kind: 'freeze', tab },
            { kind: 'thaw', tab },
          ]
    },
    (random) => [{ kind: 'throttle', tab: tabOf(random), everyMs: random.pick([1_000, 60_000]) }],
    (random) => [{ kind: 'full', rows: random.below(6) }, { kind: 'room' }],
    (random) => [
      {
        kind: 'abort',
        place: 'disk',
        how: random.pick(['aborts', 'lostUnkept', 'lostKept']),
        times: random.pick([1, 1, 2, 4]),
      },
    ],
    ...(hasWorker ? [() => [{ kind: 'updateWorker' }] as const] : []),
    () => [{ kind: 'endSession' }, { kind: 'renewSession' }],
    ...(hasNote ? [() => [{ kind: 'wipe' }] as const] : []),
    ...(hasMirror
      ? [
          (random: Random) =>
            [{ kind: 'abort', place: 'bucket', how: 'aborts', times: random.pick([1, 3]) }] as const,
          () => [{ kind: 'wipeMirror' }] as const,
        ]
      : []),
  ]
}

const jumpOf = (random: Random) =>
  random.pick([1_000, 60_000, 3_600_000, 86_400_000, 400 * 86_400_000]) * random.pick([1, -1])

function addUsers(steps: Step[], users: readonly string[], endMs: number, random: Random): void {
  const count = 1 + random.below(4)
  for (let i = 0; i < count; i++) {
    const at = random.between(0, endMs)
    const near = random.chance(0.7) ? { near: momentOf(random) } : {}
    const next = { kind: 'user', user: random.pick(users) } as const
    // One user takes the place of the other at once, or signs out first.
    if (random.chance(0.5)) steps.push({ at, ...near, ...next })
    else {
      steps.push({ at, ...near, kind: 'user', user: undefined })
      steps.push({ at: at + random.pick([200, 2_000, endMs / 6]), ...next })
    }
  }
}

function fatesOf(random: Random): readonly PlannedFate[] {
  const probability = random.pick([0, 0.05, 0.15, 0.4])
  const fates: PlannedFate[] = []
  for (let request = 0; request < 120; request++)
    if (random.chance(probability)) fates.push({ request, fate: fateOf(random) })
  return fates
}

function fateOf(random: Random): Fate {
  switch (random.below(11)) {
    case 0:
      return { kind: 'lostRequest' }
    case 1:
    case 2:
      return { kind: 'lostAnswer' }
    case 3:
      return { kind: 'cut' }
    case 4:
      return { kind: 'stuck', arrives: random.chance(0.5) }
    case 5:
      return { kind: 'late', ms: random.between(1_000, 300_000) }
    case 6:
      return { kind: 'doubled', ms: random.between(0, 20_000) }
    case 7:
      return { kind: 'slow', ms: random.between(500, 28_000) }
    case 8:
      return random.chance(0.6)
        ? gatewayOf(random)
        : { kind: 'gateway', status: random.pick([403, 404, 413]), arrives: false, html: true }
    case 9:
      return { kind: 'portal', redirects: random.chance(0.4) }
    default:
      return {
        kind: 'told',
        status: random.pick([429, 503, 500, 408, 425, 409, 401]),
        retryAfterS: random.chance(0.5) ? random.below(30) : undefined,
      }
  }
}

function gatewayOf(random: Random): Fate {
  const status = random.pick([502, 503, 504])
  // By its 503 a server says that it did nothing.
  return { kind: 'gateway', status, arrives: random.chance(0.5) && status !== 503, html: random.chance(0.5) }
}
