// Shows pending actions again in a slice that has lost them. A slice loses them where a root reducer begins anew, where
// kept state is put in, or where a reducer is loaded late.
import type { Action } from 'redux'
import { type BrokerState, brokerReducer, initialState } from '../../redux/broker-reducer.js'
import { rehydrate } from '../../redux/optimistic/persisted-state.js'
import type { StoreBridge } from './store-bridge.js'

export interface ResetRepair {
  /** Call it when a reducer was given a state that it did not make, or none. */
  noteReset(): void
  /** Call it after every action. */
  mend(action: Action): void
}

/** `slice`: the broker's own of now. */
export function createResetRepair(
  view: Pick<StoreBridge, 'showAgain'>,
  slice: () => BrokerState,
): ResetRepair {
  /** How the broker's slice was when the store was last whole. */
  let whole = initialState
  // A store may begin with state that was kept.
  let torn = slice() !== initialState
  /** A reducer that is never given its own state is mended once for each action, not for ever. */
  let mending = false

  function mend(action: Action): void {
    if (mending) return
    if (torn || action.type === rehydrate) {
      mending = true
      view.showAgain(brokerReducer(whole, action))
      mending = false
      torn = false
    }
    whole = slice()
  }

  return {
    mend,
    noteReset() {
      if (torn) return
      torn = true
      // With no action of the store's: by replaceReducer, or for a slice that is loaded late.
      queueMicrotask(() => {
        if (torn) mend({ type: '' })
      })
    },
  }
}
