// Answers to any request of the page tell of the way to their origins too.
import type { Reachability } from '../../core/network/reachability.js'

/**
 * Tells of each answer that came over the network. Returns a function that ends it. A browser's cache and a worker's
 * fetch handler answer with no network at all. Other origins hide the status, unless the request used CORS and they
 * allow timing.
 */
export function pageTraffic(note: Reachability['note']): () => void {
  if (typeof PerformanceObserver === 'undefined') return () => {}
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      const { name, startTime, responseStatus, responseEnd, transferSize, workerStart } = entry
      if (responseStatus > 0 && transferSize > 0 && workerStart === 0)
        note(name, startTime, responseStatus, responseEnd)
    }
  })
  observer.observe({ type: 'resource' })
  return () => observer.disconnect()
}
