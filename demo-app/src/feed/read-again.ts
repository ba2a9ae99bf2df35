// Waits until nothing of some lanes is on its way any more, then has the feed read again. Where that cannot be seen
// from here (an entry of unknown effect in another tab) it is tried ever later.
import type { AppStore } from '../app/store'

const settleMs = 250
const settleMsMax = 8_000

export interface ReadAgain {
  /** Replaces what was waited for; with no lanes there is nothing to wait for. */
  after(lanes: readonly string[]): void
}

export function createReadAgain(store: AppStore, read: () => void): ReadAgain {
  let waitMs = settleMs
  let stop = () => {}

  function watch(lanes: readonly string[]): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const isOnItsWay = Object.values(store.getState().broker.entries).some(
        ({ lane, state }) => lanes.includes(lane) && (state === 'capturing' || state === 'accepted'),
      )
      if (isOnItsWay) {
        clearTimeout(timer)
        timer = undefined
      } else timer ??= setTimeout(read, waitMs)
    }
    const unsubscribe = store.subscribe(look)
    look()
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }

  return {
    after(lanes) {
      stop()
      stop = lanes.length === 0 ? () => {} : watch(lanes)
      waitMs = lanes.length === 0 ? settleMs : Math.min(waitMs * 2, settleMsMax)
    },
  }
}
