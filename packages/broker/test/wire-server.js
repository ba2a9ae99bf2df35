// The URLs that the browser tests ask over the real wire, on Vitest's own server. A second port has the same, as
// another origin with the same cookies.
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

/** How often a URL was asked, and whether somebody still waits for it. @type {Map<string, number>} */
const seen = new Map()
/** @type {Map<string, string>} */
const watched = new Map()
/** The requests that asked whether anybody is there. @type {Map<string, readonly object[]>} */
const knocks = new Map()
/** Answers that come in parts. @type {Map<string, ServerResponse>} */
const inParts = new Map()
let workerVersions = 0
const keyOf = (/** @type {IncomingMessage} */ { url }) => new URL(url ?? '/', 'http://x').search

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }
const presses = { gzip: createGzip, br: () => createBrotliCompress(quick), deflate: createDeflate }
const blanks = Buffer.alloc(1_000_000, ' ')
/** 200 MB of blanks, pressed together, by the name of the encoding. @type {Map<string, Promise<Buffer>>} */
const bombs = new Map()

/** @param {keyof typeof presses} encoding */
async function pressed(encoding) {
  const parts = Readable.from(Array.from({ length: 200 }, () => blanks))
  return Buffer.concat(await parts.pipe(presses[encoding]()).toArray())
}

/** @param {IncomingMessage} request */
function bombOf(request) {
  const encoding = /** @type {keyof typeof presses} */ (keyOf(request).slice(1))
  const known = bombs.get(encoding) ?? pressed(encoding)
  bombs.set(encoding, known)
  return known
}

/** A part may be asked for before the request whose answer it belongs to has come. @type {(key: string, act: (answer: ServerResponse) => void) => void} */
function whenBegun(key, act) {
  const answer = inParts.get(key)
  if (answer === undefined) setTimeout(() => whenBegun(key, act), 5)
  else act(answer)
}

/** @type {Record<string, (request: IncomingMessage, response: ServerResponse) => void>} */
const pages = {
  '/wire/echo': async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    const { method, headers } = request
    const body = Buffer.concat(parts).toString('base64')
    const key = headers['idempotency-key']
    response
      .writeHead(200, { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) })
      .end(JSON.stringify({ method, headers, body }))
  },
  '/wire/redirect': (_request, response) => response.writeHead(302, { location: '/wire/echo' }).end(),
  '/wire/redirect-307': (_request, response) => response.writeHead(307, { location: '/wire/echo' }).end(),
  '/wire/cut': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"half":')
    setTimeout(() => response.destroy(), 50)
  },
  '/wire/reset': (request) => request.socket.destroy(),
  '/wire/silent': () => {},
  '/wire/trickle': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"half":')
  },
  '/wire/huge': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const more = () => response.write('x'.repeat(65_536))
    response.on('drain', more)
    while (more()) {}
  },
  '/wire/bomb': async (request, response) => {
    const bomb = await bombOf(request)
    const headers = { 'content-type': 'application/json', 'content-encoding': keyOf(request).slice(1) }
    response.writeHead(200, headers).end(bomb)
  },
  '/wire/bomb-size': async (request, response) => {
    response.writeHead(200).end(String((await bombOf(request)).length))
  },
  '/wire/empty': (_request, response) => response.writeHead(204).end(),
  '/wire/odd-text': (_request, response) =>
    response.writeHead(200).end(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62)),
  '/wire/letters': (request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end('é'.repeat(Number(keyOf(request).slice(1)) / 2)),
  '/wire/parts': (request, response) => {
    response.writeHead(200).flushHeaders()
    inParts.set(keyOf(request), response)
  },
  '/wire/next-part': (request, response) => {
    whenBegun(keyOf(request), (answer) => answer.write('part', () => response.writeHead(204).end()))
  },
  '/wire/end-part': (request, response) => {
    whenBegun(keyOf(request), (answer) => answer.end(() => response.writeHead(204).end()))
  },
  '/wire/bytes': (request, response) => {
    const size = Number(keyOf(request).slice(1)) || 256
    response.writeHead(200).end(
      Buffer.alloc(
        size,
        Uint8Array.from({ length: 256 }, (_, i) => i),
      ),
    )
  },
  '/wire/tagged': (request, response) => {
    const isHeld = request.headers['if-none-match'] === '"v1"'
    const headers = { etag: '"v1"', 'cache-control': 'max-age=600' }
    response.writeHead(isHeld ? 304 : 200, headers).end(isHeld ? '' : 'tagged')
  },
  '/wire/seen': (request, response) => {
    const count = (seen.get(keyOf(request)) ?? 0) + 1
    seen.set(keyOf(request), count)
    setTimeout(() => response.writeHead(200).end(String(count)), 300)
  },
  '/wire/watched': (request, response) => {
    watched.set(keyOf(request), 'open')
    response.on('close', () => watched.set(keyOf(request), 'closed'))
  },
  '/wire/watch': (request, response) => response.writeHead(200).end(watched.get(keyOf(request)) ?? 'never'),
  // A worker that is new each time that it is asked for. It takes over when it is told to, and with `skips` by
  // itself.
  '/wire/worker.js': ({ url }, response) => {
    workerVersions += 1
    const skips = url?.includes('skips') ? 'addEventListener("install", () => skipWaiting())' : ''
    const hears = 'addEventListener("message", ({ data }) => data?.type === "SKIP_WAITING" && skipWaiting())'
    response
      .writeHead(200, { 'content-type': 'text/javascript' })
      .end(
        [`// ${workerVersions}`, skips, hears, 'addEventListener("activate", () => clients.claim())'].join(
          '\n',
        ),
      )
  },
  '/wire/module.js': (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/javascript' }).end('export {}'),
  '/wire/page': (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>Log in'),
  '/wire/status': (request, response) => response.writeHead(Number(keyOf(request).slice(1))).end(),
  '/wire/no-cors': (_request, response) => {
    response.removeHeader('access-control-allow-origin')
    response.writeHead(200).end()
  },
  '/wire/cors-only': (_request, response) =>
    response.writeHead(200, { 'cross-origin-resource-policy': 'same-origin' }).end(),
  // As helmet answers outside of the paths that CORS is for.
  '/wire/hidden': (_request, response) => {
    response.removeHeader('access-control-allow-origin')
    response.writeHead(200, { 'cross-origin-resource-policy': 'same-origin' }).end()
  },
  '/wire/knocked': (request, response) => {
    const known = knocks.get(keyOf(request)) ?? []
    const knock = { method: request.method, cookie: request.headers.cookie !== undefined }
    knocks.set(keyOf(request), [...known, knock])
    response.writeHead(200, { 'cache-control': 'max-age=600' }).end()
  },
  '/wire/knocks': (request, response) =>
    response.writeHead(200).end(JSON.stringify(knocks.get(keyOf(request)) ?? [])),
  '/wire/gone': (_request, response) => response.writeHead(422).end('no'),
  '/wire/set-cookie': (_request, response) =>
    response.writeHead(204, { 'set-cookie': 'wire=crumb; Path=/; HttpOnly; SameSite=Strict' }).end(),
}

/** Says what its CORS allows in its query, `?origin=…&headers=…`, and with `policy=…` what its resource policy does. */
function answerCors(/** @type {IncomingMessage} */ request, /** @type {ServerResponse} */ response) {
  for (const [name, value] of new URL(request.url ?? '/', 'http://x').searchParams)
    response.setHeader(
      name === 'policy' ? 'cross-origin-resource-policy' : `access-control-allow-${name}`,
      value,
    )
  response.writeHead(204).end()
  return true
}

/** @returns {(request: IncomingMessage, response: ServerResponse) => boolean} */
const serve = (otherOrigin) => (request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname
  if (path === '/wire/other-origin') return response.end(otherOrigin()) && true
  if (path === '/wire/cors') return answerCors(request, response)
  const page = pages[path]
  if (page === undefined) return false
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-allow-headers', 'content-type, idempotency-key, idempotency-principal')
  response.setHeader('access-control-allow-methods', 'POST, PUT')
  response.setHeader('access-control-expose-headers', 'idempotency-key')
  if (request.method === 'OPTIONS') response.writeHead(204).end()
  else page(request, response)
  return true
}

/** @returns {import('vite').Plugin} */
export const wireServer = () => ({
  name: 'wire-server',
  configureServer(vite) {
    let origin = ''
    const handle = serve(() => origin)
    const other = createServer((request, response) => void handle(request, response))
    other.listen(0, () => {
      const address = other.address()
      origin = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
    })
    other.unref()
    vite.middlewares.use((request, response, next) => {
      if (!handle(request, response)) next()
    })
  },
})
