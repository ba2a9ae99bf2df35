// Sees that the outbox is drained: by the worker where one answers, since it outlives the page, else by this page.
import { needsPage, type Serves } from '../core/channel.js'
import { createExecutor, type ExecutorContext } from '../core/executor.js'
import type { Limits } from '../core/limits.js'
import type { News } from '../core/news.js'
import { nextWake } from '../core/next-wake.js'
import type { Probe } from '../core/origin.js'
import type { Owner } from '../core/partition.js'
import type { Device, Ports } from '../core/ports.js'
import { isDevelopment } from '../redux/development.js'
import type { World } from './broker.js'
import type { Host } from './host.js'
import type { WorkerClient } from './worker-client.js'

export interface SendingContext {
  readonly ports: Ports & { readonly device: Device }
  readonly host: Host
  readonly worker: WorkerClient
  readonly database: string
  readonly limits: Limits
  readonly serves: Serves
  readonly prepare: ExecutorContext['prepare']
  readonly inquiries: World['inquiries']
  readonly refuses?: ExecutorContext['refuses']
  user(): Promise<Owner | undefined>
  /** Reads the rows again, which plans what comes next. */
  look(): void
}

export interface Sending {
  wake(probe: Probe): void
  /** Sets the timer for what the rows say comes next. */
  plan(news: News): void
  /** Ends what is in flight here; others may go on. */
  halt(): void
  stop(): void
}

export function createSending(context: SendingContext): Sending {
  const { ports, host, worker, database, limits, serves, prepare, refuses } = context
  const executor = createExecutor({
    ports,
    limits,
    database,
    owner: ports.chance.id(),
    user: context.user,
    serves,
    prepare,
    inquiries: () => context.inquiries?.(() => wake('capture')),
    refuses,
  })
  let cancelTimer = () => {}
  /** Whether something waits for a page that is looked at: a worker is none. */
  let waitsForPage = false
  // An entry of an earlier release for which this release has not the function or origin. It stays, and that is said.
  let sayStranded = () => {
    sayStranded = () => {}
    ports.report(
      new Error(
        isDevelopment
          ? 'redux-broker: entries wait for a `prepareHeaders`, for `headers` of a route, a `refusedWhen` of a route, or an origin that createBroker() lacks.'
          : 'redux-broker: stranded entries',
      ),
    )
  }

  async function ask(probe: Probe): Promise<void> {
    const owner = await context.user()
    const taken = await worker.drain(probe, owner?.partition)
    // Next in line for the lock: should the worker die, this page has it at once. It also sends what the worker cannot.
    await executor.wake(taken && worker.lacks().length === 0 && !waitsForPage ? 'none' : probe)
  }
  // A wake-up that changes no row makes no news: the page looks again by itself.
  const wake = (probe: Probe) => void ask(probe).catch(ports.report).then(context.look)

  const stopListening = ports.device.listen(() => wake('signal'))
  // A page that is put away would keep the lock from those that can send.
  const stopWatching = host.onPutAway(() => executor.halt())

  return {
    wake,
    plan(news) {
      cancelTimer()
      if (news.stranded) sayStranded()
      waitsForPage = news.due.some(({ channel }) => needsPage(channel))
      const isWatched = host.isVisible() && host.believesOnline()
      const next = nextWake(news, ports.clock.now(), isWatched, ports)
      if (next !== undefined) cancelTimer = ports.clock.after(next.delayMs, () => wake(next.probe))
    },
    halt: () => executor.halt(),
    stop() {
      cancelTimer()
      stopListening()
      stopWatching()
      executor.halt()
    },
  }
}
