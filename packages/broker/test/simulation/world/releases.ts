// Releases of the app. Tabs that load after a release have its code, beside older tabs, so each meets entries of routes
// that it does not know.
import type { Random } from '../platform/random.js'
import type { Step } from './plan.js'

/** From here on the server gives the next release of the app. */
export interface Release {
  readonly kind: 'release'
}

export const firstRelease = 1

/** The type of the action by which a release adds a word. The second release has renamed one. */
export const typeOf = (verb: 'put' | 'post', release: number): string =>
  verb === 'post' && release > firstRelease ? 'posted' : verb

export function addReleases(steps: Step[], tabs: number, endMs: number, random: Random): void {
  if (!random.chance(0.2)) return
  const at = random.between(endMs / 8, endMs / 2)
  steps.push({ at, kind: 'release' })
  const tab = random.below(tabs)
  steps.push({ at: at + random.between(1, endMs / 8), kind: 'killTab', tab, steps: 1 + random.below(20) })
  steps.push({ at: at + endMs / 7, kind: 'open', tab })
}
