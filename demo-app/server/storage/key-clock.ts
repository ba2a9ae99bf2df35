// The clock by which the companion tells whether a stored key has expired. It can be set ahead by the whole
// retention, and all stored keys expire at once, as they would on an untouched server. A repeat is answered 410,
// since the companion remembers the use of each key.

import type { Transact } from '../sessions/sessions.js'
import type { SqlReader } from './database.js'

export interface KeyClock {
  /** Epoch milliseconds, as the companion counts them. */
  now(): number
  expireAll(): Promise<void>
}

/** The lead is kept in the database, since expired keys must not come back after a restart. */
export function createKeyClock(reader: SqlReader, transact: Transact, retentionMs: number): KeyClock {
  const row = reader.prepare(`SELECT value FROM settings WHERE name = 'key_clock_ahead_ms'`).get()
  let aheadMs = (row as { value: number } | undefined)?.value ?? 0
  return {
    now: () => Date.now() + aheadMs,
    expireAll: async () => {
      await transact((tx) => {
        const next = aheadMs + retentionMs
        tx.prepare(
          `INSERT INTO settings (name, value) VALUES ('key_clock_ahead_ms', ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        ).run(next)
        aheadMs = next
      })
    },
  }
}
