import { describeNetwork } from '../adapters/contracts/network-contract.js'
import {
  acknowledge,
  answer,
  cut,
  held,
  noAnswer,
  redirect,
  type Script,
  type SentRequest,
  scriptedNetwork,
} from './scripted-network.js'

type Given = ReturnType<Extract<Script, (request: SentRequest) => unknown>>

/** The pages of `test/wire-server.js`, which the same suite asks in a browser. */
const pages: Readonly<Record<string, (request: SentRequest, query: string) => Given>> = {
  '/wire/echo': (request) => acknowledge(request, { ...request, body: base64(request.body) }),
  '/wire/gone': () => answer(422, 'no', { 'content-type': 'text/plain' }),
  '/wire/empty': () => answer(204),
  '/wire/odd-text': () => new Response(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62)),
  '/wire/redirect': redirect,
  '/wire/redirect-307': redirect,
  '/wire/cut': () => cut(),
  '/wire/reset': () => noAnswer(),
  '/wire/letters': (_, bytes) => answer(200, 'é'.repeat(Number(bytes) / 2), { 'content-type': 'text/plain' }),
  '/wire/huge': () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536)) })),
  '/wire/silent': () => held().reply,
}
const base64 = (body: SentRequest['body']) =>
  Buffer.from(
    typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body ?? new ArrayBuffer(0)),
  ).toString('base64')

describeNetwork('scriptedNetwork', (clock) => {
  const answers = new Map<string, ReadableStreamDefaultController<Uint8Array>>()
  const inParts = (name: string) =>
    new Response(new ReadableStream({ start: (controller) => void answers.set(name, controller) }))
  const network = scriptedNetwork(
    (request) => {
      const { pathname, search } = new URL(request.url)
      const query = search.slice(1)
      return pathname === '/wire/parts' ? inParts(query) : (pages[pathname]?.(request, query) ?? answer(404))
    },
    { clock },
  )
  return {
    network,
    url: (path) => new URL(path, 'https://app.test').href,
    async part(name, part) {
      if (part === 'end') answers.get(name)?.close()
      else answers.get(name)?.enqueue(new TextEncoder().encode('part'))
    },
  }
})
