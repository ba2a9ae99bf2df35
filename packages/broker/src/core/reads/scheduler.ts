// Sends reads: one request for all that ask the same, the most urgent first, never too many at a time. A page has one
// for itself, a worker one for all tabs.
import { originOfUrl } from '../channel.js'
import type { Connections, LetGo } from '../connections.js'
import { type Limits, readAgeMs } from '../limits.js'
import type { Clock } from '../ports.js'
import type { Ask, Line, ReadEnd, Reader, ReadReply, ReadRequest } from './line.js'
import { createPriorityQueue, type PriorityQueue } from './priority-queue.js'

export interface SchedulerContext {
  readonly clock: Clock
  readonly connections: Connections
  /** `wireMs`: how long one request may take. */
  readonly limits: Pick<Limits, 'readsMax' | 'waitingReadsMax'> & { readonly wireMs: number }
  send(
    request: ReadRequest,
    options: Pick<Ask, 'partition' | 'route'> & { readonly signal: AbortSignal },
  ): Promise<ReadReply>
  /** Of what threw; it stops nothing. */
  report(error: unknown): void
}

export interface Scheduler extends Line {
  /** All readers leave, and nothing is sent any more. */
  stop(): void
}

export const createScheduler = (context: SchedulerContext): Scheduler => new ReadScheduler(context)

/** One request, and who waits for its answer. */
interface Read {
  readonly ask: Ask
  readonly origin: Origin
  readonly askedAt: number
  readonly readers: Set<Listener>
  priority: number
  flight?: Flight
}

type Listener = Pick<Ask, 'onSent' | 'onEnd'>

interface Flight {
  readonly order: number
  readonly wire: AbortController
  /** Gives back the connection and the timer. */
  land(): void
}

interface Origin {
  readonly name: string
  readonly waiting: PriorityQueue<Read>
  flying: number
  /** It is looked at when this turn is over. */
  stirred: boolean
}

class ReadScheduler implements Scheduler {
  readonly #context: SchedulerContext
  readonly #reads = new Map<string, Read>()
  readonly #origins = new Map<string, Origin>()
  #readsMax: number
  #waiting = 0
  #sent = 0
  #stopped = false

  constructor(context: SchedulerContext) {
    this.#context = context
    this.#readsMax = context.limits.readsMax
    context.connections.onFree((name) => this.#stir(this.#originOf(name)))
  }

  ask(ask: Ask): Reader {
    if (this.#stopped) return { raise() {}, leave() {} }
    const known = this.#reads.get(ask.key)
    if (known === undefined && this.#waiting >= this.#context.limits.waitingReadsMax) return this.#refuse(ask)
    const read = known ?? this.#enqueue(ask)
    const listener: Listener = { onSent: ask.onSent, onEnd: ask.onEnd }
    read.readers.add(listener)
    this.#raise(read, ask.priority)
    if (read.flight !== undefined) this.#tellSent(listener, read.flight)
    return {
      raise: (priority) => {
        if (read.readers.has(listener)) this.#raise(read, priority)
      },
      leave: () => {
        if (read.readers.delete(listener) && read.readers.size === 0) this.#abandon(read)
      },
    }
  }

  limit(readsMax: number): void {
    this.#readsMax = readsMax
    for (const origin of this.#origins.values()) this.#stir(origin)
  }

  stop(): void {
    this.#stopped = true
    for (const read of this.#reads.values()) this.#abandon(read)
  }

  /** Not told at once: whoever asks must have got what it can leave by. */
  #refuse({ onEnd }: Ask): Reader {
    const listeners = new Set([onEnd])
    void Promise.resolve().then(() => {
      for (const listener of listeners) this.#safely(() => listener({ kind: 'tooMany' }))
    })
    return { raise() {}, leave: () => listeners.clear() }
  }

  #enqueue(ask: Ask): Read {
    const { clock } = this.#context
    const origin = this.#originOf(originOfUrl(ask.request.url))
    const { priority } = ask
    const read: Read = { ask, origin, askedAt: clock.monotonic(), readers: new Set(), priority }
    this.#reads.set(ask.key, read)
    this.#waiting++
    origin.waiting.push(read, rankOf(read))
    this.#stir(origin)
    return read
  }

  #raise(read: Read, priority: number): void {
    if (priority >= read.priority) return
    read.priority = priority
    read.origin.waiting.change(read, rankOf(read))
  }

  #originOf(name: string): Origin {
    const known = this.#origins.get(name)
    if (known !== undefined) return known
    const origin: Origin = { name, waiting: createPriorityQueue(), flying: 0, stirred: false }
    this.#origins.set(name, origin)
    return origin
  }

  /** What is asked in one turn goes by its urgency, not by who spoke first. */
  #stir(origin: Origin): void {
    if (origin.stirred || origin.waiting.size() === 0) return
    origin.stirred = true
    void Promise.resolve().then(() => {
      origin.stirred = false
      this.#sendFrom(origin)
    })
  }

  #sendFrom(origin: Origin): void {
    const { name, waiting } = origin
    while (waiting.size() > 0 && origin.flying < this.#readsMax) {
      const letGo = this.#context.connections.read(name)
      if (letGo === undefined) return
      const read = waiting.pop()
      if (read !== undefined) this.#launch(read, letGo)
    }
  }

  #launch(read: Read, letGo: LetGo): void {
    const { clock, limits } = this.#context
    const { origin, ask } = read
    const wire = new AbortController()
    const sentAt = clock.now()
    const cancelTimer = clock.after(limits.wireMs, () => {
      this.#finish(read, { kind: 'timedOut' })
      wire.abort()
    })
    this.#waiting--
    origin.flying++
    const land = () => {
      cancelTimer()
      origin.flying--
      letGo()
    }
    const flight: Flight = { order: ++this.#sent, wire, land }
    read.flight = flight
    void this.#send(ask, wire.signal).then((reply) => this.#finish(read, { ...reply, sentAt }))
    for (const listener of read.readers) this.#tellSent(listener, flight)
  }

  async #send({ request, partition, route }: Ask, signal: AbortSignal): Promise<ReadReply> {
    try {
      return await this.#context.send(request, { partition, route, signal })
    } catch (error) {
      this.#context.report(error)
      return { kind: 'failed' }
    }
  }

  #tellSent(listener: Listener, { order }: Flight): void {
    this.#safely(() => listener.onSent(order))
  }

  #finish(read: Read, end: ReadEnd): void {
    if (!this.#take(read)) return
    // One that is told may have others leave.
    for (const listener of read.readers) {
      this.#safely(() => listener.onEnd(end))
    }
  }

  #abandon(read: Read): void {
    if (this.#take(read)) read.flight?.wire.abort()
  }

  /** Ends a read, once: whoever asks for its key from now on has a new one. */
  #take(read: Read): boolean {
    const { ask, origin, flight } = read
    if (this.#reads.get(ask.key) !== read) return false
    this.#reads.delete(ask.key)
    if (flight !== undefined) flight.land()
    else {
      origin.waiting.remove(read)
      this.#waiting--
    }
    return true
  }

  #safely(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#context.report(error)
    }
  }
}

/** A wait of `readAgeMs` counts as one priority higher, for all alike: so a rank stays as it is while its read waits. */
const rankOf = ({ priority, askedAt }: Pick<Read, 'priority' | 'askedAt'>) => priority * readAgeMs + askedAt
