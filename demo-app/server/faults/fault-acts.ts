// Does to a request what a fault rule says, on its raw socket where it must be.
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { injectedProblem } from '../api/problem.js'
import type { Attempt } from '../storage/ledger.js'
import type { FaultRule } from './fault-rules.js'

/** One request under /api/ as a fault meets it. */
export interface Exchange {
  readonly outgoing: ServerResponse
  readonly attempt: Attempt
  /** Aborted when the server closes, so that nothing waits any longer. */
  readonly closing: AbortSignal
  /** Takes in the body, and rejects where the client leaves before it is complete. */
  receive(): Promise<unknown>
  /** Lets the application answer. When this resolves, the effect is committed. */
  answer(): Promise<Response>
}

/** The effects that a rule may have on the server itself. */
export interface FaultEffects {
  stall(exchange: Exchange): void
  /** Resolves when the rules are replaced, and rejects when the server closes. */
  hold(exchange: Exchange): Promise<void>
  forgetKeys(): Promise<void>
  handSession(user: string): Promise<void>
  endSession(): Promise<void>
}

export async function applyFault(
  rule: FaultRule,
  exchange: Exchange,
  effects: FaultEffects,
): Promise<Response> {
  switch (rule.kind) {
    case 'delay':
      await exchange.receive()
      await pause(rule.ms, undefined, { signal: exchange.closing })
      return exchange.answer()
    case 'hold':
      await exchange.receive()
      await effects.hold(exchange)
      return exchange.answer()
    case 'status':
      return signed(exchange, injectedProblem(rule.status, rule.retryAfter?.toString()))
    case 'drop-before':
      return drop(exchange)
    case 'drop-after':
      await exchange.answer()
      return drop(exchange)
    case 'cut-body':
      return cut(exchange, await exchange.answer())
    case 'forget-keys':
      await effects.forgetKeys()
      return exchange.answer()
    case 'switch-session':
      await effects.handSession(rule.user)
      return exchange.answer()
    case 'expire-session':
      await effects.endSession()
      return exchange.answer()
    case 'stall':
      exchange.attempt.end('stalled')
      effects.stall(exchange)
      await closeOf(exchange.outgoing)
      return RESPONSE_ALREADY_SENT
    case 'html':
      return page('Welcome to the café', 'Accept the terms of this network to go on.')
    case 'login-redirect':
      return new Response(null, { status: 302, headers: { Location: '/login', 'Cache-Control': 'no-store' } })
    default:
      return assertNever(rule)
  }
}

/** A page where JSON was asked, as captive portals and single sign-on give it. */
export function page(title: string, text: string): Response {
  const html = `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`
  return new Response(html, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}

function drop({ attempt, outgoing }: Exchange): Response {
  attempt.end('dropped')
  outgoing.socket?.destroy()
  return RESPONSE_ALREADY_SENT
}

async function cut(exchange: Exchange, answer: Response): Promise<Response> {
  const { attempt, outgoing } = exchange
  const body = Buffer.from(await answer.arrayBuffer())
  attempt.end('cut')
  // The client has left, or there is no body to cut. Nothing more can be sent that would not look whole.
  if (outgoing.destroyed || body.length < 2) {
    outgoing.socket?.destroy()
    return RESPONSE_ALREADY_SENT
  }
  for (const [name, value] of answer.headers) outgoing.appendHeader(name, value)
  outgoing.setHeader('Content-Length', body.length)
  outgoing.writeHead(answer.status)
  outgoing.write(body.subarray(0, body.length / 2), () => outgoing.socket?.destroy())
  return RESPONSE_ALREADY_SENT
}

function closeOf(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed) resolve()
    else outgoing.once('close', resolve)
  })
}

function assertNever(rule: never): never {
  throw new Error(`got a rule of unknown kind ${JSON.stringify(rule)}`)
}

/** Refusals carry the key's echo, as the application's own do. Other injected answers look like a gateway's. */
function signed({ outgoing }: Exchange, answer: Response): Response {
  const key = outgoing.req.headers['idempotency-key']
  if (answer.status >= 400 && answer.status < 500 && typeof key === 'string')
    answer.headers.set('Idempotency-Key', key)
  return answer
}
