// Has the outbox delivered. It wakes the sender at signals, hints and times, and rests while another store of the page is
// in use.

import { unmetAt } from '../../core/conditions/conditions.js'
import type { Device } from '../../core/conditions/device.js'
import type { Due } from '../../core/delivery/claim.js'
import { createExecutor, type ExecutorContext } from '../../core/delivery/executor.js'
import { nextWake } from '../../core/delivery/next-wake.js'
import type { StatusQueryCode } from '../../core/delivery/status-query.js'
import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import type { Limits } from '../../core/limits.js'
import type { Reachability } from '../../core/network/reachability.js'
import {
  type CanSend,
  conditionsOf,
  originOf,
  requiresPage,
} from '../../core/outbox/delivery-requirements.js'
import type { Owner } from '../../core/outbox/partition.js'
import type { WakeReason } from '../../core/outcomes/circuit-breaker.js'
import type { Connectivity } from '../../core/outcomes/connectivity.js'
import type { Ports } from '../../core/ports/all-ports.js'
import { isDevelopment } from '../../redux/development.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'
import { wakeSender } from './choose-sender.js'
import { createOriginHealth } from './origin-health.js'
import type { WorkerClient } from './worker-client.js'

export interface DeliveryContext {
  readonly ports: Ports & { readonly device: Device }
  readonly host: PageLifecycle
  readonly worker: WorkerClient
  readonly database: string
  readonly limits: Limits
  readonly serves: CanSend
  readonly prepare: ExecutorContext['prepare']
  readonly statusQueryCode: ((onLoaded: () => void) => StatusQueryCode | undefined) | undefined
  readonly refuses?: ExecutorContext['refuses']
  user(): Promise<Owner | undefined>
  /** Reads the rows again, which plans what comes next. */
  look(): void
}

export interface Delivery {
  wake(probe: WakeReason): void
  /** A realm has something to send, and this one may hold the lock. */
  ring(): void
  /** Sets the timer for what the rows say comes next. */
  plan(news: OutboxChanges): void
  /** Ends what is in flight here. Other realms may go on. */
  halt(): void
  stop(): void
}

export interface PageDeliveryContext extends DeliveryContext {
  readonly ports: DeliveryContext['ports'] & { readonly reachability: Reachability }
  /** An answer has come from somewhere. */
  onConnectivity(connectivity: Connectivity): void
}

/** A delivery that rests while another store of the page is in use. */
export interface PageDelivery extends Pick<Delivery, 'wake' | 'plan' | 'halt'> {
  /** Takes what the rows say of each origin, and gives the connectivity of the page. */
  connectivity(news: OutboxChanges): Connectivity
  rest(): void
  resume(): void
}

export function createPageDelivery(context: PageDeliveryContext): PageDelivery {
  const { ports, host } = context
  const { bus, reachability } = ports
  const health = createOriginHealth(ports, host, () => {
    bus.post('changed')
    delivery.wake('capture')
  })
  let stopListening: readonly (() => void)[]
  let delivery: Delivery
  const look = () => {
    if (stopListening.length > 0) context.look()
  }

  function begin(): void {
    stopListening = [
      bus.listen((hint) => {
        look()
        if (hint === 'due') delivery.ring()
      }),
      host.listen(look),
      host.listenTraffic(reachability.note),
      reachability.listen(() => {
        health.heard()
        context.onConnectivity(health.connectivity())
      }),
    ]
    delivery = createDelivery({ ...context, look })
  }

  begin()
  return {
    wake: (probe) => delivery.wake(probe),
    halt: () => delivery.halt(),
    connectivity({ origins, due, sending, stranded }) {
      const now = ports.clock.now()
      const isMet = ({ channel }: Due) => unmetAt(conditionsOf(channel), now, ports) === undefined
      const tried = due.filter(isMet).map(({ channel }) => originOf(channel))
      return health.news(origins, (origin) => sending || stranded || tried.includes(origin))
    },
    plan(news) {
      if (stopListening.length > 0) delivery.plan(news)
    },
    rest() {
      for (const stop of stopListening) stop()
      stopListening = []
      delivery.stop()
    },
    resume() {
      begin()
      look()
      delivery.wake('signal')
    },
  }
}

export function createDelivery(context: DeliveryContext): Delivery {
  const { ports, host, worker, database, limits, serves, prepare, refuses } = context
  const executor = createExecutor({
    ports,
    limits,
    database,
    owner: ports.randomSource.id(),
    user: context.user,
    serves,
    prepare,
    statusQueryCode: () => context.statusQueryCode?.(() => wake('capture')),
    refuses,
  })
  let cancelTimer = () => {}
  /** Whether something waits for a page that is looked at. A worker is none. */
  let waitsForPage = false
  // An entry of an earlier release for which this release has not the function or origin. It stays, and that is said.
  let sayStranded = () => {
    sayStranded = () => {}
    ports.report(
      new Error(
        isDevelopment
          ? 'redux-broker: entries wait, since createBroker() lacks their `prepareHeaders`, the `headers` of a route, the `refusedWhen` of a route, or an origin in `origins`.'
          : 'redux-broker: stranded entries',
      ),
    )
  }

  // A wake-up that changes no row makes no news. The page looks again by itself.
  const wake = (probe: WakeReason) =>
    void wakeSender({ worker, executor, user: context.user }, probe, waitsForPage)
      .catch(ports.report)
      .then(context.look)

  const stopListening = ports.device.listen(() => wake('signal'))
  // A page that is put away would keep the lock from those that can send.
  const stopWatching = host.onPageHide(() => executor.halt())

  return {
    ...executor,
    wake,
    plan(news) {
      cancelTimer()
      if (news.stranded) sayStranded()
      waitsForPage = news.due.some(({ channel }) => requiresPage(channel))
      const isWatched = host.isVisible() && host.believesOnline()
      const next = nextWake(news, ports.clock.now(), isWatched, ports)
      if (next !== undefined) cancelTimer = ports.clock.after(next.delayMs, () => wake(next.probe))
    },
    stop() {
      cancelTimer()
      stopListening()
      stopWatching()
      executor.halt()
    },
  }
}
