// A realm is one page or one worker. It hears of the world in tasks only, and may die or freeze before any of them.
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'

export interface Realm {
  readonly name: string
  readonly kind: 'tab' | 'worker'
  readonly scheduler: Scheduler
  readonly random: Random
  isAlive(): boolean
  isFrozen(): boolean
  /** Runs a task of the realm `ms` from now, if it lives then. */
  post(ms: number, task: () => void): () => void
  /** Runs at the start of each of its tasks, and now. It makes the global objects those of this realm. */
  enterWith(use: () => void): void
  /** Runs work of the realm in the present task, which is not one of its own. */
  run<T>(work: () => T): T
  onDeath(listener: () => void): void
  die(): void
  freeze(): void
  thaw(): void
  /** Tasks so far. */
  steps(): number
  /** The realm dies at the beginning of so many tasks from now. */
  dieAfter(steps: number, onDeath: () => void): void
  /** The realm's clock. */
  wallNow(): number
  setClock(offsetMs: number): void
  /** Timers fire at multiples of this only, as those of a hidden tab do. */
  throttle(ms: number): void
  timerDelay(ms: number): number
}

const epochMs = 1_800_000_000_000

export function createRealm(name: string, kind: Realm['kind'], scheduler: Scheduler, random: Random): Realm {
  const listeners: (() => void)[] = []
  let alive = true
  let missed: (() => void)[] | undefined
  let steps = 0
  let lastStep = Number.POSITIVE_INFINITY
  let onLastStep = () => {}
  let use = () => {}

  function enter(task: () => void): void {
    if (!alive) return
    if (missed !== undefined) {
      missed.push(task)
      return
    }
    if (++steps >= lastStep) onLastStep()
    else {
      use()
      task()
    }
  }

  return {
    name,
    kind,
    scheduler,
    random,
    isAlive: () => alive,
    isFrozen: () => missed !== undefined,
    post: (ms, task) => scheduler.after(ms, () => enter(task)),
    enterWith(given) {
      use = given
      use()
    },
    run(work) {
      use()
      return work()
    },
    onDeath: (listener) => void listeners.push(listener),
    die() {
      if (!alive) return
      alive = false
      for (const listener of listeners.splice(0)) listener()
    },
    freeze() {
      missed ??= []
    },
    thaw() {
      const tasks = missed ?? []
      missed = undefined
      for (const task of tasks) scheduler.after(0, () => enter(task))
    },
    steps: () => steps,
    dieAfter(count, onDeath) {
      lastStep = steps + Math.max(count, 1)
      onLastStep = onDeath
    },
    ...createTimes(scheduler),
  }
}

function createTimes(scheduler: Scheduler): Pick<Realm, 'wallNow' | 'setClock' | 'throttle' | 'timerDelay'> {
  let offsetMs = 0
  let everyMs = 0
  return {
    wallNow: () => epochMs + Math.floor(scheduler.now() + offsetMs),
    setClock(ms) {
      offsetMs = ms
    },
    throttle(ms) {
      everyMs = ms
    },
    timerDelay(ms) {
      if (everyMs === 0) return ms
      const at = scheduler.now() + ms
      return Math.ceil(at / everyMs) * everyMs - scheduler.now()
    },
  }
}
