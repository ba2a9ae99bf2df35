// One request that any number of readers of this page share: from the first that asks to its answer.
import type { Line, ReadEnd, ReadRequest, Reader as Turn } from '../core/reads/line.js'
import { readKey } from '../core/reads/read-key.js'
import type { ReadContext, ReadEvent } from '../page/read-engine.js'
import { createEdition } from './edition.js'
import type { Reader } from './reader.js'
import { judge, type ReadResult } from './result.js'

export interface ReadingContext
  extends Pick<ReadContext, 'ports' | 'limits' | 'principal' | 'user' | 'dispatch' | 'outcomesSince'> {
  readonly line: Line
  readonly userHeader: string | undefined
  /** Has it `prepare` and then `ask`, together with all others of this turn. */
  lineUp(reading: Reading): void
  /** Nobody else may join it. */
  ended(reading: Reading): void
  tell(kind: ReadEvent['kind'], reading: Reading, order?: number): void
}

export class Reading {
  readonly id: number
  readonly key: string
  readonly request: ReadRequest
  readonly readers: Set<Reader> = new Set()
  readonly #context: ReadingContext
  #state: 'new' | 'linedUp' | 'sent' | 'ended' = 'new'
  #turn: Turn | undefined
  #partition: string | undefined

  constructor(context: ReadingContext, { id, key, request }: Pick<Reading, 'id' | 'key' | 'request'>) {
    this.#context = context
    this.id = id
    this.key = key
    this.request = request
  }

  get priority(): number {
    return Math.min(...[...this.readers].map(({ wish }) => wish.priority))
  }

  join(reader: Reader): void {
    this.readers.add(reader)
    if (this.#state === 'sent') this.#onWire(reader)
    else this.#timeLimit(reader, 'linedUp', reader.wish.queueMs)
    if (this.#state === 'new') this.#lineUp()
    else this.#turn?.raise(reader.wish.priority)
  }

  /** The last to leave ends the request. */
  leave(reader: Reader): void {
    if (!this.readers.delete(reader)) return
    reader.waits.abort()
    if (this.readers.size === 0) this.#end()
  }

  cancel(): void {
    this.#finish({ kind: 'cancelled' })
  }

  /** Resolves when it can be asked for; never rejects. */
  async prepare(): Promise<void> {
    this.#partition = (await this.#context.user())?.partition
  }

  ask(): void {
    if (this.#state !== 'linedUp') return
    const { request, priority } = this
    const partition = this.#partition
    const [route] = [...this.readers].flatMap(({ routed }) => routed?.action.type ?? [])
    this.#turn = this.#context.line.ask({
      key: readKey({ partition, request }),
      partition,
      request,
      route,
      priority,
      onSent: (order) => this.#onSent(order),
      onEnd: (end) => this.#onEnd(end),
    })
  }

  #lineUp(): void {
    this.#state = 'linedUp'
    this.#context.lineUp(this)
  }

  #onSent(order: number): void {
    if (this.#state !== 'linedUp') return
    this.#state = 'sent'
    this.#context.tell('sent', this, order)
    for (const reader of this.readers) this.#onWire(reader)
  }

  #onEnd(end: ReadEnd): void {
    const { principal, userHeader } = this.#context
    if (this.#state !== 'ended') this.#finish(judge(end, { principal: principal(), userHeader }))
  }

  /** Ends it for all, the store being told first. */
  #finish(result: ReadResult): void {
    const edition = createEdition(result, this.#context)
    const readers = [...this.readers]
    this.#end()
    for (const reader of readers) edition.tell(reader)
  }

  #end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#turn?.leave()
    this.readers.clear()
    this.#context.ended(this)
  }

  #onWire(reader: Reader): void {
    this.#timeLimit(reader, 'sent', reader.wish.wireMs)
  }

  /** `during`: it ends with that. */
  #timeLimit(reader: Reader, during: 'linedUp' | 'sent', ms: number | undefined): void {
    if (ms === undefined) return
    const cancel = this.#context.ports.clock.after(ms, () => {
      if (this.#state === during) this.#giveUp(reader)
    })
    reader.waits.signal.addEventListener('abort', cancel)
  }

  /** It was too slow for this reader. The store is told, unless others of its route wait on. */
  #giveUp(reader: Reader): void {
    const edition = createEdition({ kind: 'timeout' }, this.#context)
    const type = reader.routed?.action.type
    const others = [...this.readers].filter((one) => one !== reader && one.routed?.action.type === type)
    if (others.length > 0) edition.give(reader)
    else edition.tell(reader)
    this.leave(reader)
  }
}
