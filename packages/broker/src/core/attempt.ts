// One attempt of one entry: headers, the wire, and what the reply means.
import type { SendingEntry } from './entry.js'
import { classify, type Outcome, unknownEffect } from './outcome.js'
import type { Clock, Ports } from './ports.js'

export interface AttemptContext {
  readonly ports: Ports
  readonly attemptMs: number
  /** Whose entry it is, as the server knows them. */
  readonly principal: string
  readonly sessionProbe?: string | undefined
  /** Adds what is never stored, the credentials above all. */
  prepare(entry: SendingEntry): Promise<readonly (readonly [string, string])[]>
  readonly signal: AbortSignal
}

export async function attempt(context: AttemptContext, entry: SendingEntry): Promise<Outcome> {
  const { ports, principal, attemptMs, signal } = context
  const { url, method, body } = entry.request
  const prepared = await within(ports.clock, attemptMs, context.prepare(entry))
  const headers = [
    ...prepared.filter(([name]) => !/^idempotency-(key|principal)$/i.test(name)),
    ['idempotency-key', `"${entry.key}"`],
    ['idempotency-principal', principal],
  ] as const
  const reply = await ports.network.send({ url, method, headers, body }, { timeoutMs: attemptMs, signal })
  const outcome = classify(reply, entry, ports.clock.now())
  return outcome.kind === 'redirected' ? afterRedirect(context, entry) : outcome
}

/** A redirect is most often a login page. The session's own probe tells: only a good session makes it final. */
async function afterRedirect(context: AttemptContext, entry: SendingEntry): Promise<Outcome> {
  switch (await askSession(context)) {
    case 'good':
      // A server may well redirect from what it has done.
      return { kind: 'returned', reason: 'redirected', effect: 'unknown' }
    case 'over':
      return { kind: 'paused', reason: 'auth' }
    case 'unknown':
      return unknownEffect(entry, 'redirected', { counts: true })
  }
}

/** Asks the URL that the app named whether the session is good; unknown where it named none or got no clear answer. */
export async function askSession(
  context: Pick<AttemptContext, 'ports' | 'sessionProbe' | 'attemptMs' | 'signal'>,
): Promise<'good' | 'over' | 'unknown'> {
  const { ports, sessionProbe: url, attemptMs: timeoutMs, signal } = context
  if (url === undefined) return 'unknown'
  const reply = await ports.network.send(
    { url, method: 'GET', headers: [], body: undefined },
    { timeoutMs, signal },
  )
  if (reply.kind === 'redirect') return 'over'
  if (reply.kind !== 'answer') return 'unknown'
  if (reply.status === 401) return 'over'
  const isPage = (reply.headers['content-type'] ?? '').includes('html')
  return reply.status >= 200 && reply.status < 300 && !isPage ? 'good' : 'unknown'
}

/** A callback that never answers must not hold its lane for ever. */
function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () =>
      reject(new Error(`redux-broker: prepareHeaders took longer than ${ms} ms.`)),
    )
    work.then(resolve, reject).finally(cancel)
  })
}
