// Bugs of the bounds.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const boundBugs = [
  {
    name: 'the outbox takes any number of entries',
    file: 'core/outbox/append.ts',
    find: 'if (row.waiting + row.dead >= limits.entriesMax || row.bytes',
    put: 'if (row.bytes',
  },
  {
    name: 'any number of requests is in flight',
    file: 'core/delivery/claim.ts',
    find: 'allowedRequests(healthOf(origin), probe, now, busy), concurrencyMax - busy)',
    put: 'allowedRequests(healthOf(origin), probe, now, busy), 6 - busy)',
  },
]
