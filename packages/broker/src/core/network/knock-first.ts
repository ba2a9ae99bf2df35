// Asks a harmless question before a request that must not be repeated, and after a request that failed. A failed fetch
// tells neither its effect nor whether the server is there.

import { knockMs, lateKnockMs } from '../limits.js'
import { withTimeout } from '../with-timeout.js'
import type { KnockOptions, Network, Reply, SendOptions, WirePorts, WireRequest } from './network.js'
import { createReachability, isServerThere, type Reachability } from './reachability.js'
import { originOfUrl } from './url-origin.js'

interface KnockingPorts extends WirePorts {
  readonly reachability: Reachability
}

/** The ports of a realm that knows the way to each origin from all that its requests tell. */
export function withKnocks<P extends WirePorts>(ports: P): P & KnockingPorts {
  const { network, clock } = ports
  const reachability = createReachability(clock, () => network.isOnline())
  const { knock, forget } = createKnocker(ports, reachability)

  async function send(request: WireRequest, options: SendOptions): Promise<Reply> {
    const { signal, knock: question } = options
    const origin = originOfUrl(request.url)
    const asksFirst = question !== undefined && (question.always || reachability.isDoubtful(origin))
    let hasKnocked = false
    while (asksFirst && !reachability.isFresh(origin)) {
      hasKnocked = true
      question.hold?.()
      const httpStatus = await knock(question.url, request.url, signal)
      if (!isServerThere(httpStatus)) return { kind: 'unsent', ...unsentBy(network, httpStatus) }
    }
    if (question?.mayLeave && !(await question.mayLeave(hasKnocked)))
      return { kind: 'unsent', reason: 'busy' }
    const sentAt = clock.monotonic()
    const reply = await network.send(request, options)
    if (reply.kind === 'invalid') return reply
    reachability.note(request.url, sentAt, statusOfReply(reply))
    if (reply.kind !== 'failed') return reply
    forget(origin)
    if (question === undefined) return reply
    return { ...reply, isThere: (await knock(question.url, request.url, signal)) !== undefined }
  }

  return {
    ...ports,
    reachability,
    network: {
      ...network,
      send,
      // An answer of just now vouches as well.
      knock: async (url, { requestUrl, signal }) =>
        reachability.isFresh(originOfUrl(url)) ? 200 : knock(url, requestUrl, signal),
    },
  }
}

/** Why nothing leaves after a knock that found no server. */
export const unsentBy = (network: Pick<Network, 'isOnline'>, httpStatus: number | undefined): UnsentReason =>
  httpStatus === undefined
    ? { reason: network.isOnline() ? 'unreachable' : 'offline' }
    : { reason: 'http', httpStatus }

type UnsentReason = Omit<Extract<Reply, { readonly kind: 'unsent' }>, 'kind'>

function createKnocker({ network, clock }: WirePorts, reachability: Reachability) {
  const knocks = new Map<string, Knock>()
  /** Origins with a knock in flight that waits for a late answer. One at a time, since it holds a connection. */
  const patient = new Set<string>()
  /** How long the last answer took that came late. */
  const lateMs = new Map<string, number>()

  /** One for all that wait for the same origin, for as long as nothing fails meanwhile. */
  function knock(url: string, requestUrl: string, signal: AbortSignal): Promise<number | undefined> {
    const origin = originOfUrl(url)
    const known = knocks.get(origin)
    if (known?.signal === signal) return known.status
    const waitMs = Math.min(Math.max(knockMs, 2 * (lateMs.get(origin) ?? 0)), lateKnockMs)
    // A late answer is noted too.
    const asked = ask(url, origin, { requestUrl, timeoutMs: waitMs, signal })
    const answered = withTimeout(clock, waitMs, asked, () => {
      reachability.doubt(origin)
      return undefined
    })
    const status = answered.finally(() => {
      if (knocks.get(origin)?.status === status) knocks.delete(origin)
    })
    knocks.set(origin, { signal, status })
    return status
  }

  async function ask(url: string, origin: string, how: KnockOptions) {
    const sentAt = clock.monotonic()
    const isPatient = !patient.has(origin)
    patient.add(origin)
    const given = await network.knock(url, isPatient ? { ...how, timeoutMs: lateKnockMs } : how)
    if (isPatient) patient.delete(origin)
    const tookMs = clock.monotonic() - sentAt
    if (given !== undefined) lateMs.set(origin, tookMs > knockMs ? tookMs : 0)
    if (given !== undefined || tookMs < how.timeoutMs) reachability.note(url, sentAt, given)
    return given
  }

  return { knock, forget: (origin: string) => knocks.delete(origin) }
}

interface Knock {
  readonly signal: AbortSignal
  readonly status: Promise<number | undefined>
}

/** Undefined where the reply broke off, which does not vouch for the line. 0 for a redirect, whose status is hidden. */
function statusOfReply(reply: Reply): number | undefined {
  if (reply.kind === 'answer') return reply.status
  return reply.kind === 'redirect' ? 0 : undefined
}
