// A deadline for work that may never end. Promise: whatever the work does, its caller goes on after the deadline.

/** A handler did not answer within `deadlineMs`. Its effects are undone, and its key is free. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  readonly deadlineMs: number

  constructor(deadlineMs: number) {
    super(`the handler did not answer within deadlineMs (${deadlineMs} ms): its effects are undone`)
    this.deadlineMs = deadlineMs
  }
}

/**
 * Runs `work` with a signal that aborts at the deadline, and when `outer` does. At the deadline this rejects with
 * DeadlineError, and the result of the work is ignored. Work that never lets go of the thread cannot be stopped.
 */
export async function withDeadline<Result>(
  deadlineMs: number,
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
      const error = new DeadlineError(deadlineMs)
      reject(error)
      ending.abort(error)
    }, deadlineMs)
  })
  try {
    return await Promise.race([work(ending.signal), late])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', follow)
  }
}
