// A gateway in front of a back end, as a load balancer. While nobody is behind it, it answers 502 with a page.
import { listen } from '../fixtures/servers/listen.js'
import { proxy } from '../fixtures/servers/proxy.js'

export interface Gateway {
  readonly port: number
  /** How many requests it has answered itself. */
  readonly refused: () => number
  takeAway(): void
  bringBack(): void
  stop(): Promise<void>
}

export async function startGateway(target: number): Promise<Gateway> {
  let isUp = true
  let refused = 0
  const { port, stop } = await listen((request, response) => {
    if (!isUp) {
      refused += 1
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502 Bad Gateway</h1>')
      return
    }
    proxy(target, request, response)
  })
  return {
    port,
    refused: () => refused,
    takeAway: () => {
      isUp = false
    },
    bringBack: () => {
      isUp = true
    },
    stop,
  }
}
