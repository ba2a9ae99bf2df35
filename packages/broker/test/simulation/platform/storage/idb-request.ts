// Requests of IndexedDB.
import { SimDomException, Target } from '../events.js'

export class SimRequest extends Target {
  result: unknown = undefined
  error: unknown = null
  source: unknown = null
  transaction: unknown = null
  onsuccess: ((event: unknown) => void) | null = null
  onerror: ((event: unknown) => void) | null = null
  onblocked: ((event: unknown) => void) | null = null
  onupgradeneeded: ((event: unknown) => void) | null = null

  succeed(result: unknown): void {
    this.result = result
    this.dispatchEvent({ type: 'success', target: this } as never)
  }

  fail(error: unknown): void {
    this.error = error
    this.dispatchEvent({ type: 'error', target: this } as never)
  }
}

export const abortError = (): SimDomException =>
  new SimDomException('The transaction was aborted.', 'AbortError')
