// How long each reader of a request waits, and the answer that it gets when it waits no longer.

import type { Subscriber } from '../request/subscriber.js'
import type { AnswerSubscribers } from './answer-subscribers.js'
import type { RequestSending, RequestSendingContext } from './request-sending.js'

export interface ReaderWaits {
  /** Finds what is kept, and gives it to those who want it so. The others wait for the network. Never rejects. */
  prepare(): Promise<void>
  /** The reader has joined the request. */
  join(reader: Subscriber): void
  /** The reader has joined a request that had begun. */
  catchUp(reader: Subscriber): void
  /** The request is sent. */
  sent(): void
}

export function createReaderWaits(
  { ports, cachedAnswer }: Pick<RequestSendingContext, 'ports' | 'cachedAnswer'>,
  readers: ReadonlySet<Subscriber>,
  serving: AnswerSubscribers,
  sending: Pick<RequestSending, 'is' | 'turn'>,
  leave: (reader: Subscriber) => void,
): ReaderWaits {
  let isPrepared = false
  /** Readers that were given a copy, or wait for it. */
  const patient = new WeakSet<Subscriber>()
  let wasSent = false

  /** Unless it has its answer by then, or has left. */
  function after(ms: number | undefined, reader: Subscriber, callback: () => void): void {
    if (ms === undefined) return
    const cancel = ports.clock.after(ms, () => reader.given || callback())
    reader.over.signal.addEventListener('abort', cancel)
  }

  function giveUp(reader: Subscriber): void {
    serving.giveUp(reader)
    leave(reader)
  }

  function bePatient(reader: Subscriber): void {
    patient.add(reader)
    const { cache = 'networkFirst', networkTimeoutMs = networkTimeoutMsDefault } = reader.params
    if (cache === 'staleWhileRevalidate') serving.giveCopy(reader)
    if (cache === 'networkFirst') after(networkTimeoutMs, reader, () => serving.giveCopy(reader))
  }

  /** On the wire. An answer that is compared is no longer on it. */
  function limit(reader: Subscriber): void {
    const turn = sending.turn()
    if (turn !== undefined)
      after(reader.params.requestTimeoutMs, reader, () => sending.turn() === turn && giveUp(reader))
  }

  return {
    async prepare() {
      await cachedAnswer.find()
      if (!sending.is('waiting')) return
      isPrepared = true
      for (const reader of [...readers].filter((one) => !patient.has(one)))
        if (serving.giveFresh(reader)) leave(reader)
        else bePatient(reader)
    },
    join: (reader) => after(reader.params.queueTimeoutMs, reader, () => wasSent || giveUp(reader)),
    catchUp(reader) {
      if (isPrepared) bePatient(reader)
      if (sending.is('sent')) limit(reader)
    },
    sent() {
      wasSent = true
      for (const reader of readers) limit(reader)
    },
  }
}

const networkTimeoutMsDefault = 3_000
