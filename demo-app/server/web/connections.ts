// The open connections of all listeners, each with whether a request is being answered on it.
// `http.Server.closeIdleConnections()` leaves connections that never carried a request. Browsers open such
// connections in advance and resend on them, so they are closed here too.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../limits.js'

export interface Connections {
  watch(server: Server): Server
  /** Resolves a moment after the last one is closed, for a client has to notice before it sends on. */
  closeIdle(): Promise<void>
  closeAll(): void
}

export function createConnections(): Connections {
  const open = new Set<Socket>()
  const answering = new Set<Socket>()
  return {
    watch: (server) => {
      server.on('connection', (socket) => {
        open.add(socket)
        socket.once('close', () => open.delete(socket))
      })
      // First of the listeners, or a connection would count as idle while its first request is already at work.
      server.prependListener('request', ({ socket }, outgoing) => {
        answering.add(socket)
        outgoing.once('close', () => answering.delete(socket))
      })
      return server
    },
    closeIdle: async () => {
      for (const socket of open) if (!answering.has(socket)) socket.destroy()
      await pause(limits.closeNoticeMs)
    },
    closeAll: () => {
      for (const socket of open) socket.destroy()
    },
  }
}
