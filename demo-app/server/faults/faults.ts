// The fault rules in force and the connections that they concern. Promise: while a rule waits to break a connection,
// no request meets it on a reused one. A browser would resend there by itself and hide the fault. Idle connections
// are closed when the rule is put, and answers say `Connection: close`.
import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import type { Connections } from '../web/connections.js'
import { breaksConnections, type FaultRule, matchesRequest, spendRule } from './fault-rules.js'

export interface Faults {
  current(): readonly FaultRule[]
  /**
   * Puts rules in place of all others at once, and lets go of stalled and held requests. Resolves when no connection
   * hides a fault.
   */
  replace(rules: readonly FaultRule[]): Promise<void>
  /** The first rule that means the request, used once. It is undefined where no rule does. */
  take(method: string, path: string): FaultRule | undefined
  /** Whether an answer has to close its connection. */
  isArmed(): boolean
  /** Keeps a connection without an answer until the rules are replaced. */
  stall(socket: Socket): void
  /** Resolves when the rules are replaced, and rejects when the server closes. */
  replaced(closing: AbortSignal): Promise<void>
}

export function createFaults(connections: Connections): Faults {
  let rules: readonly FaultRule[] = []
  const stalled = new Set<Socket>()
  const replacing = new EventEmitter()
  replacing.setMaxListeners(0)
  const isArmed = () => rules.some(breaksConnections)
  return {
    current: () => rules,
    replace: async (next) => {
      rules = next
      for (const socket of stalled) socket.destroy()
      replacing.emit('replaced')
      if (isArmed()) await connections.closeIdle()
    },
    take: (method, path) => {
      const rule = rules.find((candidate) => matchesRequest(candidate, method, path))
      if (rule !== undefined) rules = spendRule(rules, rule)
      return rule
    },
    isArmed,
    stall: (socket) => {
      stalled.add(socket)
      socket.once('close', () => stalled.delete(socket))
    },
    replaced: async (signal) => {
      await once(replacing, 'replaced', { signal })
    },
  }
}
