// The proving ground's controls, under /__test__/. They are the ledger, the fault rules and the reset, absent with
// FAULTS=0, and in production without FAULTS=1. They serve the pages of this server on this machine, and no other
// page.
import { Hono, type MiddlewareHandler } from 'hono'
import type { Idempotency } from 'redux-broker-server'
import { problem } from '../api/problem.js'
import { readJson } from '../api/validation.js'
import type { Transact } from '../sessions/sessions.js'
import type { SignInLimit } from '../sessions/sign-in-limit.js'
import { restoreSeed } from '../storage/database.js'
import type { Ledger } from '../storage/ledger.js'
import { users } from '../storage/seed.js'
import { page } from './fault-acts.js'
import { parseFaultRules } from './fault-rules.js'
import type { Faults } from './faults.js'

export interface TestDependencies {
  readonly ledger: Ledger
  readonly faults: Faults
  readonly idempotency: Pick<Idempotency<unknown>, 'purgePrincipal'>
  readonly signInLimit: Pick<SignInLimit, 'clear'>
  readonly expireKeys: () => Promise<void>
  readonly transact: Transact
}

export function createTestApi(dependencies: TestDependencies): Hono {
  const { ledger, faults, idempotency, signInLimit, expireKeys, transact } = dependencies
  const routes = new Hono()
  routes.use('/__test__/*', refuseOtherOrigins)
  routes.get('/__test__/ledger', (context) => context.json(ledger.read()))
  routes.delete('/__test__/ledger', async (context) => {
    await transact((tx) => tx.prepare('DELETE FROM effects').run())
    ledger.emptyAttempts()
    return context.body(null, 204)
  })
  routes.post('/__test__/reset', async (context) => {
    await faults.replace([])
    await transact(restoreSeed)
    for (const { id } of users) await idempotency.purgePrincipal(id)
    ledger.emptyAttempts()
    signInLimit.clear()
    return context.body(null, 204)
  })
  routes.get('/__test__/faults', (context) => context.json(faults.current()))
  routes.put('/__test__/faults', async (context) => {
    const parsed = parseFaultRules(await readJson(context.req.raw))
    if (!parsed.ok) return problem('invalid-faults', parsed.problem)
    await faults.replace(parsed.rules)
    if (parsed.rules.some(({ kind }) => kind === 'forget-keys')) await expireKeys()
    return context.json(faults.current())
  })
  // Where a `login-redirect` leads.
  routes.get('/login', () => page('Sign in', 'This page stands for the sign-in of another system.'))
  routes.notFound(() => problem('not-found', 'There is no such control.'))
  return routes
}

// A page of another site can send a plain POST anywhere. A DNS name of that site may even lead to this machine (DNS
// rebinding), and then the page is of the same origin. So the host must be a name of this machine.
const refuseOtherOrigins: MiddlewareHandler = async ({ req }, next) => {
  const { host, hostname } = new URL(req.url)
  const origin = req.header('Origin')
  const site = req.header('Sec-Fetch-Site') ?? 'none'
  const isOwn =
    ['localhost', '127.0.0.1', '[::1]'].includes(hostname) &&
    (origin === undefined || origin === `http://${host}`) &&
    ['same-origin', 'none'].includes(site)
  return isOwn
    ? next()
    : problem('cross-site', 'The controls serve only the demo’s own pages on this machine.')
}
