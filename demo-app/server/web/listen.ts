// Opens the ports on loopback only, and on both of its addresses where there are two. Browsers take `localhost` to
// mean either.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Ports {
  /** The system chooses where this is 0. */
  readonly port: number
  /** The port after the first where this is undefined. */
  readonly port2: number | undefined
}

export interface Listeners {
  readonly port: number
  readonly port2: number
  readonly servers: readonly Server[]
}

const triesMax = 20

export async function openListeners(
  { port, port2 }: Ports,
  create: { readonly first: () => Server; readonly second: () => Server },
): Promise<Listeners> {
  for (let tries = 1; ; tries++) {
    const servers: Server[] = []
    try {
      const first = await listenOnLoopback(port, create.first, servers)
      const second = await listenOnLoopback(port2 ?? first + 1, create.second, servers)
      return { port: first, port2: second, servers }
    } catch (error) {
      await closeServers(servers)
      // A port that the system chose may have a taken neighbour, or be taken on the other address.
      if (port !== 0 || !hasCode(error, 'EADDRINUSE') || tries === triesMax) throw error
    }
  }
}

/** Stops listening, and resolves when the last connection is closed. */
export async function closeServers(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
}

async function listenOnLoopback(port: number, create: () => Server, servers: Server[]): Promise<number> {
  const chosen = await listen(create(), { host: '127.0.0.1', port }, servers)
  try {
    await listen(create(), { host: '::1', port: chosen }, servers)
  } catch (error) {
    if (!hasCode(error, 'EADDRNOTAVAIL') && !hasCode(error, 'EAFNOSUPPORT')) throw error
  }
  return chosen
}

function listen(
  server: Server,
  address: { readonly host: string; readonly port: number },
  servers: Server[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      servers.push(server)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
