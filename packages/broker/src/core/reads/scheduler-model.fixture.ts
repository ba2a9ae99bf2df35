// What a scheduler may do, told step by step: the model stands beside it, and writes down every fault.
import { manualClock } from '../../testing/manual-clock.js'
import { seededChance } from '../../testing/memory-realms.js'
import { createConnections, type LetGo } from '../connections.js'
import { readAgeMs, urgentMax } from '../limits.js'
import type { ReadEnd, Reader, ReadReply, ReadRequest } from './line.js'
import { readKey } from './read-key.js'
import { answer, textOf } from './scheduler.fixture.js'
import { createScheduler, type SchedulerContext } from './scheduler.js'

export interface Place {
  readonly partition: string
  readonly origin: string
  readonly path: string
}

export interface ModelOptions {
  readonly concurrencyMax: number
  readonly readsMax: number
  readonly waitingReadsMax: number
  readonly wireMs: number
}

/** A read that has not ended. */
interface Read extends Place {
  readonly key: string
  turn: number
  readonly askedAt: number
  readonly listeners: Set<Listener>
  priority: number
  wire?: Wire
}

interface Listener {
  /** Undefined where it was not taken. */
  readonly read: Read | undefined
  reader: Reader
  sent: number
  readonly ends: ReadEnd[]
  left: boolean
}

interface Wire {
  readonly read: Read
  readonly number: number
  /** By its priority as it left. */
  readonly isUrgent: boolean
  movedAt: number
  readonly signal: AbortSignal
  moved(): void
  reply(reply: ReadReply): void
}

interface Write {
  readonly origin: string
  /** By the model's word. */
  granted: boolean
  letGo?: LetGo | undefined
}

const never = new AbortController().signal

export class SchedulerModel {
  readonly faults: unknown[] = []
  readonly #options: ModelOptions
  readonly #count: (what: string) => void
  readonly #clock = manualClock()
  readonly #connections
  readonly #scheduler
  readonly #reads = new Map<string, Read>()
  readonly #listeners: Listener[] = []
  /** Those in flight. */
  readonly #wires = new Set<Wire>()
  readonly #writes: Write[] = []
  /** Origins of which an urgent read was asked for. */
  readonly #keeping = new Set<string>()
  #readsMax: number
  #isOnline = true
  #turn = 0
  #sent = 0

  constructor(options: ModelOptions, count: (what: string) => void) {
    this.#options = options
    this.#count = count
    this.#readsMax = options.readsMax
    this.#connections = createConnections(options.concurrencyMax)
    this.#scheduler = createScheduler({
      clock: this.#clock,
      chance: seededChance(1),
      connections: this.#connections,
      limits: options,
      isOnline: () => true,
      report: (error) => void this.faults.push(error),
      send: (...given) => this.#onSend(...given),
    })
  }

  ask({ partition, origin, path }: Place, priority: number): void {
    const request: ReadRequest = { url: `${origin}/${path}`, method: 'GET', headers: [] }
    const key = readKey({ partition, request })
    const known = this.#reads.get(key)
    if (known !== undefined) this.#count(known.wire === undefined ? 'shared waiting' : 'shared in flight')
    const isFull = known === undefined && this.#waiting().length >= this.#options.waitingReadsMax
    const read = isFull ? undefined : (known ?? this.#newRead({ partition, origin, path }, key, priority))
    const listener: Listener = { read, reader: { raise() {}, leave() {} }, sent: 0, ends: [], left: false }
    read?.listeners.add(listener)
    this.#listeners.push(listener)
    if (read !== undefined) this.#raise(read, priority)
    listener.reader = this.#scheduler.ask({
      key,
      partition,
      request,
      route: undefined,
      priority,
      retries: 0,
      onSent: () => void listener.sent++,
      onEnd: (end) => this.#onEnd(listener, end),
    })
  }

  raise(which: number, priority: number): void {
    const listener = this.#listeners[which % this.#listeners.length]
    const read = listener && this.#isOpen(listener) ? listener.read : undefined
    if (read !== undefined) this.#raise(read, priority)
    listener?.reader.raise(priority)
  }

  leave(which: number): void {
    const listener = this.#listeners[which % this.#listeners.length]
    if (listener === undefined) return
    const { read } = listener
    const wasOpen = this.#isOpen(listener)
    if (wasOpen) {
      listener.left = true
      read?.listeners.delete(listener)
      if (read?.listeners.size === 0) this.#reads.delete(read.key)
    }
    listener.reader.leave()
    const wire = wasOpen && read?.listeners.size === 0 ? read.wire : undefined
    if (wire?.signal.aborted === false) this.#fault('all have left, and it goes on', read)
  }

  reply(which: number, kind: 'answer' | 'fail'): void {
    const wire = [...this.#wires][which % this.#wires.size]
    if (wire === undefined) return
    wire.reply(kind === 'fail' ? { kind: 'failed' } : answer(`${wire.read.key} ${wire.number}`))
  }

  move(which: number): void {
    const wire = [...this.#wires][which % this.#wires.size]
    if (wire === undefined) return
    wire.movedAt = this.#clock.monotonic()
    wire.moved()
    this.#count('moved')
  }

  write(origin: string): void {
    const write: Write = { origin, granted: this.#inFlight(origin) < this.#options.concurrencyMax }
    this.#writes.push(write)
    if (!write.granted) this.#count('write waits')
    void Promise.resolve(this.#connections.write(origin, never)).then((letGo) => {
      write.letGo = letGo
    })
  }

  written(which: number): void {
    const granted = this.#writes.filter(({ letGo }) => letGo !== undefined)
    const write = granted[which % granted.length]
    if (write === undefined) return
    this.#writes.splice(this.#writes.indexOf(write), 1)
    this.#grantNext(write.origin)
    write.letGo?.()
  }

  network(isOnline: boolean): void {
    this.#isOnline = isOnline
    if (!isOnline) for (const wire of this.#wires) wire.reply({ kind: 'failed' })
  }

  limit(readsMax: number): void {
    this.#readsMax = readsMax
    this.#scheduler.limit(readsMax)
  }

  async wait(ms: number): Promise<void> {
    await this.#clock.advance(ms)
    this.#checkRest()
  }

  /** All is answered and written, until nothing is left. */
  async end(): Promise<void> {
    this.network(true)
    for (let rounds = 0; this.#reads.size + this.#writes.length > 0 && rounds < 200; rounds++) {
      await this.wait(0)
      for (let i = this.#wires.size; i > 0; i--) this.reply(i, 'answer')
      this.written(0)
    }
    await this.wait(0)
    for (const listener of this.#listeners)
      if (listener.ends.length !== (listener.left ? 0 : 1))
        this.#fault('a reader ends once or leaves', listener)
    if (this.#reads.size > 0) this.#fault('starves', [...this.#reads.keys()])
  }

  #newRead(place: Place, key: string, priority: number): Read {
    const askedAt = this.#clock.monotonic()
    const read: Read = { ...place, key, priority, askedAt, turn: this.#turn++, listeners: new Set() }
    this.#reads.set(key, read)
    return read
  }

  #raise(read: Read, priority: number): void {
    if (priority < read.priority) read.turn = this.#turn++
    read.priority = Math.min(read.priority, priority)
    if (isUrgent(read) && read.wire === undefined) this.#keeping.add(read.origin)
  }

  #onSend(
    ...[request, { partition, signal, moved }]: Parameters<SchedulerContext['send']>
  ): Promise<ReadReply> {
    const read = this.#reads.get(readKey({ partition, request }))
    if (read === undefined || read.wire !== undefined || read.listeners.size === 0) {
      this.#fault('nobody asked for it, or it is in flight', request)
      return Promise.resolve({ kind: 'failed' })
    }
    this.#checkTurn(read)
    return new Promise((reply) => {
      const movedAt = this.#clock.monotonic()
      const wire = { read, number: ++this.#sent, isUrgent: isUrgent(read), movedAt, signal, moved, reply }
      read.wire = wire
      this.#wires.add(wire)
      this.#checkLimits(read.origin)
      signal.addEventListener('abort', () => this.#onAbort(wire))
      if (!this.#isOnline) reply({ kind: 'failed' })
    })
  }

  #onAbort(wire: Wire): void {
    const isLate = this.#clock.monotonic() - wire.movedAt >= this.#options.wireMs
    this.#count(isLate ? 'timed out' : 'aborted')
    if (wire.read.listeners.size > 0 && !isLate) this.#fault('aborted, and somebody waits for it', wire.read)
    this.#land(wire)
    wire.reply({ kind: 'failed' })
  }

  #onEnd(listener: Listener, end: ReadEnd): void {
    const { read } = listener
    listener.ends.push(end)
    if (listener.left) this.#fault('told after it had left', end)
    if ((read === undefined) !== (end.kind === 'tooMany')) this.#fault('the line was not full', end)
    if (end.kind === 'tooMany') this.#count('too many')
    if (read?.wire === undefined) return
    const { wire, key } = read
    if (listener.sent !== 1) this.#fault('told once that it was sent', listener)
    if (end.kind === 'answer' && textOf(end.answer.body) !== `${key} ${wire.number}`)
      this.#fault("another's answer", end)
    const isLate = this.#clock.monotonic() - wire.movedAt >= this.#options.wireMs
    if (end.kind === 'timedOut' && !isLate) this.#fault('timed out early', read)
    if (end.kind === 'failed') this.#count('failed')
    read.listeners.delete(listener)
    if (this.#reads.get(key) === read) this.#reads.delete(key)
    this.#land(wire)
  }

  #land(wire: Wire): void {
    if (this.#wires.delete(wire)) this.#grantNext(wire.read.origin)
  }

  #grantNext(origin: string): void {
    const next = this.#writes.find((write) => write.origin === origin && !write.granted)
    if (next !== undefined) next.granted = true
  }

  /** The ageing bound: nothing that was asked eight ages later goes first, whatever its priority. */
  #checkTurn(read: Read): void {
    for (const other of this.#waiting(read.origin)) {
      if (other === read) continue
      if (isUrgent(read) && !isUrgent(other) && !this.#mayBeCommon(read.origin)) {
        this.#count('goes by the kept connection')
        continue
      }
      const isEarlier = isUrgent(read) === isUrgent(other) && other.turn < read.turn
      if (rank(other) < rank(read) || (rank(other) === rank(read) && isEarlier))
        this.#fault('out of turn', [read, other])
      if (read.askedAt > other.askedAt + 8 * readAgeMs) this.#fault('waits too long', other)
      if (other.priority < read.priority) this.#count('aged')
    }
    if (this.#writes.some(({ origin, granted }) => origin === read.origin && !granted))
      this.#fault('goes before a write', read)
  }

  #checkLimits(origin: string): void {
    if (this.#readsTo(origin) > this.#readsAllowed()) this.#fault('too many reads', origin)
    if (this.#keeping.has(origin) && this.#commonTo(origin) > this.#commonAllowed()) {
      const [last] = [...this.#wires].reverse()
      if (last?.isUrgent === false) this.#fault('takes the connection of the urgent ones', origin)
    }
    if (this.#inFlight(origin) > this.#options.concurrencyMax) this.#fault('too many requests', origin)
  }

  /** When all is quiet, nothing waits that could be sent. */
  #checkRest(): void {
    for (const read of this.#waiting()) {
      const { origin } = read
      const isFull = this.#inFlight(origin) >= this.#options.concurrencyMax
      if (isFull || this.#readsTo(origin) >= this.#readsAllowed()) continue
      if (isUrgent(read) || this.#mayBeCommon(origin)) this.#fault('waits for nothing', origin)
      else this.#count('leaves a connection to the urgent ones')
    }
    for (const write of this.#writes)
      if (write.granted !== (write.letGo !== undefined)) this.#fault('a write waits for a read', write)
  }

  #readsAllowed(): number {
    return Math.min(this.#readsMax, Math.max(this.#options.concurrencyMax - 1, 1))
  }

  /** One less, once somebody was urgent. */
  #commonAllowed(): number {
    return Math.max(this.#readsAllowed() - 1, 1)
  }

  #commonTo(origin: string): number {
    return [...this.#wires].filter(({ read, isUrgent }) => read.origin === origin && !isUrgent).length
  }

  #mayBeCommon(origin: string): boolean {
    return !this.#keeping.has(origin) || this.#commonTo(origin) < this.#commonAllowed()
  }

  #readsTo(origin: string): number {
    return [...this.#wires].filter(({ read }) => read.origin === origin).length
  }

  #inFlight(origin: string): number {
    return this.#readsTo(origin) + this.#writes.filter((one) => one.origin === origin && one.granted).length
  }

  #waiting(origin?: string): readonly Read[] {
    const all = [...this.#reads.values()].filter(({ wire }) => wire === undefined)
    return origin === undefined ? all : all.filter((read) => read.origin === origin)
  }

  #isOpen({ left, ends }: Listener): boolean {
    return !left && ends.length === 0
  }

  #fault(what: string, more: unknown): void {
    this.faults.push([what, more])
  }
}

const rank = ({ priority, askedAt }: Read) => priority * readAgeMs + askedAt
const isUrgent = ({ priority }: Read) => priority <= urgentMax
