// The deadline of a request, for work that may never end and a store that may not either.
// Promise: whatever both do, the request is answered then. Work that was not done by then is never committed.

import { type Settlement, StoreBusyError } from '../store/store.js'
import { inTime } from '../turns/in-time.js'
import { nextTask } from '../turns/next-task.js'

/**
 * With `principal` the user was not told in time, with `find` the state of a key. With `handler` the handler did not
 * answer in time. With `undo` it had ended, and the store did not undo its effects. With `commit` it had answered, and
 * the store did not commit.
 */
export type LateStep = 'principal' | 'find' | 'handler' | 'undo' | 'commit'

const lateWords: Readonly<Record<LateStep, readonly [step: string, effect: string]>> = {
  principal: ['principal did not tell the user', 'nothing was done'],
  find: ['the store did not find the key', 'nothing was done'],
  handler: ['the handler did not answer', 'its effects are undone'],
  undo: ['the store did not undo the work', 'it has no effect, and its key is taken until the store lets go'],
  commit: ['the store did not commit the work', 'it is done when the store has committed'],
}

/** A request was not done within `deadlineMs`, its wait for a turn included. Only a late `commit` may have an effect. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly deadlineMs: number
  readonly late: LateStep

  constructor(deadlineMs: number, waitedMs = 0, late: LateStep = 'handler', options: ErrorOptions = {}) {
    const [step, effect] = lateWords[late]
    const waited = waitedMs < 1 ? '' : `, of which it waited ${Math.round(waitedMs)} ms for its turn`
    super(`${step} within deadlineMs (${deadlineMs} ms${waited}): ${effect}`, options)
    this.deadlineMs = deadlineMs
    this.late = late
  }
}

/** Waits for what comes before the work, and needs no undoing, as long as for the work. */
export const byDeadline = <Result>(
  deadlineMs: number,
  late: LateStep,
  asked: Promise<Result>,
): Promise<Result> => inTime(deadlineMs, asked, () => new DeadlineError(deadlineMs, 0, late))

export interface Deadline {
  /** Aborts at the deadline, unless the store commits then. */
  readonly signal: AbortSignal
  leftMs(): number
  /**
   * Runs the work of a transaction. At the deadline this rejects with DeadlineError, and the result of the work is
   * ignored. Work that never lets go of the thread cannot be stopped.
   * @throws StoreBusyError the store began after the deadline
   */
  hold<Result>(work: () => Promise<Settlement<Result>>): Promise<Settlement<Result>>
  /**
   * Gives the result of the store, or rejects at the deadline. A store that lets go at once is still heard.
   * @param onLate hears what the store failed with after that
   */
  answer<Result>(storing: Promise<Result>, onLate: (error: unknown) => void): Promise<Result>
}

export function startDeadline(deadlineMs: number): Deadline {
  const cameAt = performance.now()
  const ending = new AbortController()
  let step: LateStep | 'begin' = 'begin'
  let waitedMs = 0
  let failure: ErrorOptions = {}
  let missed: DeadlineError | StoreBusyError | undefined
  const leftMs = () => Math.max(0, deadlineMs - (performance.now() - cameAt))

  const endingOf = () =>
    step === 'begin'
      ? new StoreBusyError('the store did not begin within deadlineMs', { retryAfterMs: deadlineMs })
      : new DeadlineError(deadlineMs, waitedMs, step, failure)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      missed = endingOf()
      reject(missed)
      if (step !== 'commit') ending.abort(missed)
    }, deadlineMs)
  })

  return {
    signal: ending.signal,
    leftMs,
    async hold(work) {
      if (missed !== undefined || leftMs() === 0) {
        throw new StoreBusyError('the turn to write came after deadlineMs')
      }
      step = 'handler'
      failure = {}
      waitedMs = performance.now() - cameAt
      try {
        const settlement = await Promise.race([work(), late])
        step = settlement.kind === 'release' ? 'undo' : 'commit'
        return settlement
      } catch (cause) {
        step = 'undo'
        failure = { cause }
        throw cause
      }
    },
    async answer(storing, onLate) {
      let isAnswered = false
      storing.catch((error: unknown) => {
        if (isAnswered && error !== missed && error !== failure.cause) onLate(error)
      })
      try {
        return await Promise.race([
          storing,
          late.catch((error) => nextTask().then(() => Promise.reject(error))),
        ])
      } finally {
        isAnswered = true
        clearTimeout(timer)
      }
    },
  }
}
