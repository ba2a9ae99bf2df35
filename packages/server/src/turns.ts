// Lets one transaction at a time write, in the order of asking. A handler may await in the middle of its transaction;
// without turns another one's statements would land inside it.
import { StoreBusyError } from './store.js'

export interface Turns {
  /**
   * Runs `work` when all earlier work has ended.
   * @throws StoreBusyError the turn did not come in time; `work` was not called and will not be
   */
  take<Result>(work: () => Promise<Result>): Promise<Result>
}

/** @param waitMs how long to wait for a turn: a handler that hangs delays the others, but not for ever */
export function createTurns(waitMs: number): Turns {
  let last: Promise<void> = Promise.resolve()
  return {
    async take(work) {
      const before = last
      let leave = (): void => {}
      last = new Promise((resolve) => {
        leave = resolve
      })
      if (!(await endsWithin(before, waitMs))) {
        before.then(leave, leave)
        throw new StoreBusyError(
          `no turn to write within ${waitMs} ms: is a handler waiting for something slow?`,
        )
      }
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

async function endsWithin(before: Promise<void>, waitMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, waitMs, false)
  })
  try {
    return await Promise.race([before.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
