import type { RecordId } from './store.js'

/** One string for one id, whatever characters it holds. */
export function recordName({ principal, key }: RecordId): string {
  return JSON.stringify([principal, key])
}
