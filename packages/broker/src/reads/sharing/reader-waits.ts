// How long each reader of a request waits, and the answer that it gets when it waits no longer.

import type { Clock } from '../../core/platform.js'
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
  const after = timersOn(ports.clock)
  let isPrepared = false
  /** Readers that were given a copy, or wait for it. */
  const patient = new WeakSet<Subscriber>()
  /** Readers for which the request was not sent yet. */
  const queued = new Set<Subscriber>()

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
    if (turn === undefined) return
    queued.delete(reader)
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
    join(reader) {
      queued.add(reader)
      after(reader.params.queueTimeoutMs, reader, () => queued.has(reader) && giveUp(reader))
    },
    catchUp(reader) {
      if (isPrepared) bePatient(reader)
      if (sending.is('sent')) limit(reader)
    },
    sent() {
      for (const reader of readers) limit(reader)
    },
  }
}

/** Calls back after a time, unless the reader has its answer by then, or has left. */
const timersOn =
  ({ after }: Clock) =>
  (ms: number | undefined, reader: Subscriber, callback: () => void): void => {
    if (ms !== undefined)
      reader.over.signal.addEventListener(
        'abort',
        after(ms, () => reader.given || callback()),
      )
  }

const networkTimeoutMsDefault = 3_000
