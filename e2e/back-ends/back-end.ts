// A back end for the page: somebody else's server, and the hands that a test has on it.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import type { AppConfig } from './page/config.js'

export interface BackEnd {
  readonly config: AppConfig
  /** On localhost. */
  readonly port: number
  /** Of a user who is signed in from the start. */
  readonly cookie?: { readonly name: string; readonly value: string }
  /** What its own database or log says that was liked, in the order of the effects. */
  liked(): readonly string[]
  /** The notes that it has. */
  notes?(): readonly string[]
  /** Forgets all sessions, as a restart does. */
  endSessions?(): void
  stop(): Promise<void>
}

/** Starts one. `pages`: the folder of the built page; `pageOrigin`: where the page is, if it is elsewhere. */
export type StartBackEnd = (pages: string, pageOrigin?: string) => Promise<BackEnd>

export interface Listening {
  readonly port: number
  stop(): Promise<void>
}

export function listen(handler: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(handler)
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, stop }))
  })
}

/** For a server that must be told its port. */
export async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
