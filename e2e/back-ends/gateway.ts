// A gateway in front of a back end, as a load balancer: while nobody is behind it, it answers 502 with a page.
import { request as send } from 'node:http'
import { listen } from './back-end.js'

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
    const { method, url, headers } = request
    const far = send({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    far.on('error', () => response.destroy())
    request.pipe(far)
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
