// The one way in which the API changes something. Promise: every change but signing in and out goes through the
// idempotency companion. The change, its row in the ledger and its stored answer are one transaction.
import type { Context } from 'hono'
import type { Idempotency } from 'redux-broker-server'
import type { SqliteTx } from 'redux-broker-server/sqlite'
import type { Sessions } from '../sessions/sessions.js'
import type { SignInLimit } from '../sessions/sign-in-limit.js'
import type { SqlReader } from '../storage/database.js'
import type { Effect, Ledger } from '../storage/ledger.js'

export interface ApiDependencies {
  readonly reader: SqlReader
  readonly sessions: Sessions
  readonly idempotency: Idempotency<SqliteTx>
  readonly signInLimit: SignInLimit
  /** undefined where the server runs without faults, and nothing is recorded. */
  readonly ledger: Ledger | undefined
}

export interface ApiEnvironment {
  Variables: { user: string }
  Bindings: ApiBindings
}

/** Facts about a request that it does not hold itself. */
export interface ApiBindings {
  /** The address of the other end of the connection. Behind a proxy it is the proxy's. */
  readonly address: string
}

/** The tools of a change. They are its transaction and the request, whose body is still unread. */
export interface Change {
  readonly tx: SqliteTx
  readonly request: Request
  readonly user: string
  /** Writes the effect into the ledger, in the same transaction. */
  record(effect: Pick<Effect, 'kind' | 'target'>): void
}

export type ChangeRoute<Path extends string> = (
  work: (change: Change, context: Context<ApiEnvironment, Path>) => Response | Promise<Response>,
) => (context: Context<ApiEnvironment, Path>) => Promise<Response>

/** Makes a route's handler out of a change. The companion begins the transaction, and calls at most once for a key. */
export function change<Path extends string>({ idempotency, ledger }: ApiDependencies): ChangeRoute<Path> {
  return (work) => (context) =>
    idempotency.run(context.req.raw, ({ tx, request, key, principal: user }) =>
      work({ tx, request, user, record: (effect) => ledger?.record(tx, { ...effect, user, key }) }, context),
    )
}
