// The sessions. They are in the database, so a restart signs nobody out. A request shows its session by an http-only
// cookie. In bearer mode it shows a short-lived token, and another cookie, sent to one path only, is good for new
// tokens.
import { createHash, randomBytes } from 'node:crypto'
import type { SqlReader, SqlWriter } from '../storage/database.js'

/** Port of the writes, each of which is one transaction. */
export type Transact = <Result>(work: (tx: SqlWriter) => Result) => Promise<Result>

/** The two header fields by which a request shows its sender. */
export interface Credentials {
  readonly cookie?: string | undefined
  readonly authorization?: string | undefined
}

export const shownBy = ({ headers }: Request): Credentials => ({
  cookie: headers.get('Cookie') ?? undefined,
  authorization: headers.get('Authorization') ?? undefined,
})

export interface Token {
  readonly token: string
  readonly lifetimeMs: number
}

export interface Sessions {
  /** The user of the session that is shown, or undefined where none is alive. A token beats a cookie. */
  userOf(shown: Credentials): string | undefined
  /** Begins a session of `user` in place of those that are shown, and resolves to the `Set-Cookie` value. */
  start(user: string, shown: Credentials): Promise<string>
  /** The same in bearer mode, where the cookie is good for further tokens and for signing out. */
  startBearer(user: string, shown: Credentials): Promise<Token & { readonly cookie: string }>
  /** A new token for the session of the refresh cookie, or undefined where that is over. Earlier tokens stay good. */
  renew(shown: Credentials): Promise<Token | undefined>
  /** Ends the session, and resolves to the `Set-Cookie` values that remove it from the browser. */
  end(shown: Credentials): Promise<readonly string[]>
  /** Ends the session if it is this user's, and leaves another user's alone. */
  endOf(user: string, shown: Credentials): Promise<void>
  /** Makes the session another user's, from now on. */
  hand(shown: Credentials, user: string): Promise<void>
}

export interface SessionsDependencies {
  readonly reader: SqlReader
  readonly transact: Transact
  readonly tokenMs: number
  /** Wall time in epoch milliseconds. */
  now(): number
}

const rules = {
  session: 'Path=/; HttpOnly; SameSite=Lax',
  refresh: 'Path=/api/session; HttpOnly; SameSite=Strict',
} as const
type CookieName = keyof typeof rules

// 30 days, so that a killed browser comes back signed in, and delivers all that it had accepted.
const cookieAgeSeconds = 2_592_000
const setCookie = (name: CookieName, value: string) =>
  `${name}=${value}; ${rules[name]}; Max-Age=${value === '' ? 0 : cookieAgeSeconds}`

export function createSessions({ reader, transact, tokenMs, now }: SessionsDependencies): Sessions {
  const idOf = (shown: Credentials) => sessionIdOf(reader, shown, now())
  const idsOf = (shown: Credentials) =>
    [idOf(shown), refreshIdOf(shown)].filter((id): id is string => id !== undefined)

  const issue = (tx: SqlWriter, session: string): Token => {
    const token = secret()
    tx.prepare('DELETE FROM tokens WHERE expires_at <= ?').run(now())
    tx.prepare('INSERT INTO tokens (hash, session, expires_at) VALUES (?, ?, ?)').run(
      hashOf(token),
      session,
      now() + tokenMs,
    )
    return { token, lifetimeMs: tokenMs }
  }

  return {
    userOf: (shown) => userOfSession(reader, idOf(shown)),
    start: (user, shown) =>
      transact((tx) => {
        const id = secret()
        replace(tx, idsOf(shown), id, user)
        return setCookie('session', id)
      }),
    startBearer: (user, shown) =>
      transact((tx) => {
        const refresh = secret()
        replace(tx, idsOf(shown), bearerId(refresh), user)
        return { ...issue(tx, bearerId(refresh)), cookie: setCookie('refresh', refresh) }
      }),
    renew: (shown) =>
      transact((tx) => {
        const id = refreshIdOf(shown)
        return id === undefined || userOfSession(tx, id) === undefined ? undefined : issue(tx, id)
      }),
    end: async (shown) => {
      await transact((tx) => remove(tx, idsOf(shown)))
      return [setCookie('session', ''), setCookie('refresh', '')]
    },
    endOf: (user, shown) =>
      transact((tx) =>
        remove(
          tx,
          idsOf(shown).filter((id) => userOfSession(tx, id) === user),
        ),
      ),
    hand: async (shown, user) => {
      const id = idOf(shown)
      if (id === undefined) return
      await transact((tx) => tx.prepare('UPDATE sessions SET user = ? WHERE id = ?').run(user, id))
    },
  }
}

const secret = () => randomBytes(24).toString('base64url')
/** The database holds hashes only, so its readers learn no secret that gives a token. */
const hashOf = (value: string) => createHash('sha256').update(value).digest('base64url')
/** No cookie can name it, since it has a colon. */
const bearerId = (refresh: string) => `bearer:${hashOf(refresh)}`

/** The session that a call is made in. */
function sessionIdOf(
  reader: SqlReader,
  { cookie, authorization }: Credentials,
  now: number,
): string | undefined {
  if (authorization === undefined) return cookieIn(cookie, 'session')
  const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? []
  const row = reader
    .prepare('SELECT session FROM tokens WHERE hash = ? AND expires_at > ?')
    .get(hashOf(token), now)
  return (row as { session: string } | undefined)?.session
}

function refreshIdOf({ cookie }: Credentials): string | undefined {
  const refresh = cookieIn(cookie, 'refresh')
  return refresh === undefined ? undefined : bearerId(refresh)
}

function userOfSession(reader: SqlReader, id: string | undefined): string | undefined {
  if (id === undefined) return undefined
  const row = reader.prepare('SELECT user FROM sessions WHERE id = ?').get(id)
  return (row as { user: string } | undefined)?.user
}

function replace(tx: SqlWriter, before: readonly string[], id: string, user: string): void {
  remove(tx, before)
  tx.prepare('INSERT INTO sessions (id, user) VALUES (?, ?)').run(id, user)
}

function remove(tx: SqlWriter, ids: readonly string[]): void {
  for (const id of ids) {
    tx.prepare('DELETE FROM sessions WHERE id = ?').run(id)
    tx.prepare('DELETE FROM tokens WHERE session = ?').run(id)
  }
}

function cookieIn(field: string | undefined, name: CookieName): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]+)`).exec(field ?? '')?.[1]
}
