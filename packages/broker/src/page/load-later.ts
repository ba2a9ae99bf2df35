// Loads the page's later code beside its start, so that it is there when the network is not.
import type { World } from './broker.js'

type Later = typeof import('./later.js')

export interface LoadLater {
  /** Rejects where it cannot be loaded. Each call tries again. */
  load(): Promise<Later>
  readonly inquiries: NonNullable<World['inquiries']>
}

export function loadLater(loadModule: () => Promise<Later> = () => import('./later.js')): LoadLater {
  let later: Later | undefined
  const load = async () => {
    later ??= await loadModule()
    return later
  }
  load().catch(() => {})
  return {
    load,
    inquiries(onLoaded) {
      if (later === undefined) load().then(onLoaded, () => {})
      return later
    },
  }
}
