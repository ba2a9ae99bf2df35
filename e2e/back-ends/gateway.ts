// A gateway in front of a back end, as a load balancer. While nobody is behind it, it answers 502 with a page. While it
// is cut, or loses answers, it closes the connection.
import { listen } from '../fixtures/servers/listen.js'
import { proxy } from '../fixtures/servers/proxy.js'

export interface Gateway {
  readonly port: number
  /** How many requests it has answered itself. */
  readonly refused: () => number
  takeAway(): void
  bringBack(): void
  /** Nothing comes through, as where there is no network. */
  cut(): void
  mend(): void
  /** Loses the answers of so many POSTs from now on. */
  loseAnswers(count: number): void
  /** The keys of the POSTs that it has let through, each as often as it came. */
  readonly keys: readonly string[]
  stop(): Promise<void>
}

export async function startGateway(target: number): Promise<Gateway> {
  let isUp = true
  let isCut = false
  let losing = 0
  const keys: string[] = []
  let refused = 0
  const { port, stop } = await listen((request, response) => {
    if (isCut) return void response.destroy()
    if (!isUp) {
      refused += 1
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502 Bad Gateway</h1>')
      return
    }
    const isPost = request.method === 'POST'
    if (isPost) keys.push(String(request.headers['idempotency-key']))
    const isLost = isPost && losing > 0
    if (isLost) losing -= 1
    proxy(target, request, response, isLost)
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
    cut: () => {
      isCut = true
    },
    mend: () => {
      isCut = false
    },
    loseAnswers: (count) => {
      losing = count
    },
    keys,
    stop,
  }
}
