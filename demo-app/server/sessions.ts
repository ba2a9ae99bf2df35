// Who is signed in: a random id in an http-only cookie, its user in the database, so a restart signs nobody out.
import { randomBytes } from 'node:crypto'
import type { SqlReader, SqlWriter } from './database.js'

/** Port of the writes: each is one transaction. */
export type Transact = <Result>(work: (tx: SqlWriter) => Result) => Promise<Result>

export interface Sessions {
  /** The user of the session that a `Cookie` header names; undefined where it names none that is alive. */
  userOf(cookieHeader: string | null | undefined): string | undefined
  /** Begins a session of `user` in place of the one named by the cookie; resolves to the `Set-Cookie` value. */
  start(user: string, cookieHeader: string | null | undefined): Promise<string>
  /** Ends the session; resolves to the `Set-Cookie` value that removes it from the browser. */
  end(cookieHeader: string | null | undefined): Promise<string>
  /** Ends the session if it is this user's; another's is left alone. */
  endOf(user: string, cookieHeader: string | null | undefined): Promise<void>
  /** Makes the session another user's, from now on. */
  hand(cookieHeader: string | null | undefined, user: string): Promise<void>
}

const cookieName = 'session'
const cookieRules = 'Path=/; HttpOnly; SameSite=Lax'
// 30 days: a browser that was killed comes back signed in, and delivers what it had accepted.
const cookieAgeSeconds = 2_592_000
const endedCookie = `${cookieName}=; ${cookieRules}; Max-Age=0`

export function createSessions(reader: SqlReader, transact: Transact): Sessions {
  return {
    userOf: (cookieHeader) => {
      const id = sessionIdOf(cookieHeader)
      if (id === undefined) return undefined
      const row = reader.prepare('SELECT user FROM sessions WHERE id = ?').get(id)
      return (row as { user: string } | undefined)?.user
    },
    start: async (user, cookieHeader) => {
      const id = randomBytes(24).toString('base64url')
      await transact((tx) => {
        removeSession(tx, cookieHeader)
        tx.prepare('INSERT INTO sessions (id, user) VALUES (?, ?)').run(id, user)
      })
      return `${cookieName}=${id}; ${cookieRules}; Max-Age=${cookieAgeSeconds}`
    },
    end: async (cookieHeader) => {
      await transact((tx) => removeSession(tx, cookieHeader))
      return endedCookie
    },
    endOf: async (user, cookieHeader) => {
      const id = sessionIdOf(cookieHeader)
      if (id === undefined) return
      await transact((tx) => tx.prepare('DELETE FROM sessions WHERE id = ? AND user = ?').run(id, user))
    },
    hand: async (cookieHeader, user) => {
      const id = sessionIdOf(cookieHeader)
      if (id === undefined) return
      await transact((tx) => tx.prepare('UPDATE sessions SET user = ? WHERE id = ?').run(user, id))
    },
  }
}

function removeSession(tx: SqlWriter, cookieHeader: string | null | undefined): void {
  const id = sessionIdOf(cookieHeader)
  if (id !== undefined) tx.prepare('DELETE FROM sessions WHERE id = ?').run(id)
}

function sessionIdOf(cookieHeader: string | null | undefined): string | undefined {
  return /(?:^|;\s*)session=([A-Za-z0-9_-]+)/.exec(cookieHeader ?? '')?.[1]
}
