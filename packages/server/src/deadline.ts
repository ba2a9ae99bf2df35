// A deadline for work that may never end. Promise: whatever the work does, its caller goes on after the deadline.

/** A handler did not answer within `deadlineMs`, its wait for a turn included. Its effects are undone, its key is free. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  readonly deadlineMs: number

  constructor(deadlineMs: number, waitedMs = 0) {
    const waited = waitedMs < 1 ? '' : `, of which it waited ${Math.round(waitedMs)} ms for its turn`
    super(`the handler did not answer within deadlineMs (${deadlineMs} ms${waited}): its effects are undone`)
    this.deadlineMs = deadlineMs
  }
}

/** A request that came `waitedMs` ago, and is to be answered `deadlineMs` after it came. */
export interface Deadline {
  readonly deadlineMs: number
  readonly waitedMs: number
}

/**
 * Runs `work` with a signal that aborts at the deadline, and when `outer` does. At the deadline this rejects with
 * DeadlineError, and the result of the work is ignored. Work that never lets go of the thread cannot be stopped.
 */
export async function withDeadline<Result>(
  { deadlineMs, waitedMs }: Deadline,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const follow = () => ending.abort(outer.reason)
  if (outer.aborted) follow()
  outer.addEventListener('abort', follow, { once: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new DeadlineError(deadlineMs, waitedMs)
      reject(error)
      ending.abort(error)
    }, deadlineMs - waitedMs)
  })
  try {
    return await Promise.race([work(ending.signal), late])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', follow)
  }
}
