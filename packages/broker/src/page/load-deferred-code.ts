// Loads the page's later code beside its start, so that it is there when the network is not.
import type { World } from './broker-types.js'

type DeferredCode = typeof import('./deferred-code.js')

export interface LoadDeferredCode {
  /** Rejects where it cannot be loaded. Each call tries again. */
  load(): Promise<DeferredCode>
  readonly statusQueryCode: NonNullable<World['statusQueryCode']>
}

export function loadDeferredCode(
  loadModule: () => Promise<DeferredCode> = () => import('./deferred-code.js'),
): LoadDeferredCode {
  let later: DeferredCode | undefined
  const load = async () => {
    later ??= await loadModule()
    return later
  }
  load().catch(() => {})
  return {
    load,
    statusQueryCode(onLoaded) {
      if (later === undefined) load().then(onLoaded, () => {})
      return later
    },
  }
}
