// The machine of the server. Its process may die between any two of its steps, and starts again with what was committed.
import { SimAnswer } from '../platform/fetch-types.js'
import type { Arrival } from '../platform/network.js'
import type { Random } from '../platform/random.js'
import { createRealm, type Realm } from '../platform/realm.js'
import type { Scheduler } from '../platform/scheduler.js'
import type { Effect } from './ledger.js'

/** A process of the server. A rejection says that no connection was made, or that it broke off. */
export interface Serving {
  serve(arrival: Arrival): Promise<SimAnswer>
}

/** How callers find a server that is away. */
export type Away = 'refused' | 'gateway' | 'silent'

export interface ServerHost extends Serving {
  /** The effects that are committed. */
  ledger(): readonly Effect[]
  crashAfter(steps: number, awayMs: number, how: Away): void
  /** From here on the server is there. */
  mend(): void
}

export interface ServerHostContext {
  readonly scheduler: Scheduler
  readonly random: Random
  begin(realm: Realm): Serving
  ledger(): readonly Effect[]
  onChange(isThere: boolean): void
}

export function createServerHost(context: ServerHostContext): ServerHost {
  const { scheduler, random, begin, onChange } = context
  const start = () => {
    const realm = createRealm('server', 'worker', scheduler, random)
    return { realm, serving: begin(realm) }
  }
  let running = start()
  let away: Away | undefined

  function comeBack(): void {
    if (away === undefined) return
    away = undefined
    running = start()
    onChange(true)
  }

  function serveNow(arrival: Arrival): Promise<SimAnswer> {
    const { realm, serving } = running
    return new Promise((resolve, reject) => {
      realm.onDeath(() => {
        if (away !== 'silent') reject(new Error('The connection broke off.'))
      })
      // The process may die after its commit, and before its answer has left.
      realm
        .run(() => serving.serve(arrival))
        .then((answer) => realm.post(random.between(0.1, 3), () => resolve(answer)), reject)
    })
  }

  return {
    serve: (arrival) => (away === undefined ? serveNow(arrival) : awayAnswers[away]()),
    ledger: context.ledger,
    crashAfter(steps, awayMs, how) {
      const { realm } = running
      realm.dieAfter(steps, () => {
        away = how
        realm.die()
        onChange(false)
        scheduler.after(awayMs, comeBack)
      })
    },
    mend() {
      running.realm.dieAfter(Number.POSITIVE_INFINITY, () => {})
      comeBack()
    },
  }
}

const awayAnswers: { readonly [How in Away]: () => Promise<SimAnswer> } = {
  refused: () => Promise.reject(new Error('The connection was refused.')),
  gateway: async () => new SimAnswer('<p>', { status: 502, headers: { 'content-type': 'text/html' } }),
  silent: () => new Promise(() => {}),
}
