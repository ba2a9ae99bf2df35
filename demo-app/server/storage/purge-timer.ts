// Frees the space of expired keys now and then. It changes no answer, so it may be late, and it keeps no process
// alive.
import type { Idempotency } from 'redux-broker-server'

export interface PurgeTimer {
  /** Resolves when no purge is at work and the database may be closed. */
  stop(): Promise<void>
}

export function startPurgeTimer({ purge }: Pick<Idempotency<unknown>, 'purge'>, everyMs: number): PurgeTimer {
  let last: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    last = last.then(() => purge()).catch((error: unknown) => console.error(error))
  }, everyMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await last
    },
  }
}
