import { mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer, temporaryFolder } from '../testing/test-server.js'

let server: TestServer
let pagesFolder: string
beforeAll(async () => {
  pagesFolder = join(await temporaryFolder(), 'pages')
  await mkdir(join(pagesFolder, 'assets'), { recursive: true })
  const files = {
    'index.html': '<!doctype html>feed',
    'sw.js': 'worker',
    'manifest.webmanifest': '{}',
    'icon.svg': '<svg/>',
    'assets/index-a1b2c3.js': 'script',
    'assets/index-a1b2c3.css': 'style',
    '../secret.txt': 'secret',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(pagesFolder, name), content)
  server = await startTestServer({ pagesFolder })
})
afterAll(async () => {
  await server.stop()
  await rm(join(pagesFolder, '..'), { recursive: true })
})

const get = (path: string) => fetch(server.url + path)

test.each(['/', '/lab', '/index.html', '/lab?card=reads'])('serves the page at %s', async (path) => {
  const answer = await get(path)

  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('<!doctype html>feed')
})

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/sw.js', 'text/javascript; charset=utf-8', 'no-cache'],
  ['/manifest.webmanifest', 'application/manifest+json', 'no-cache'],
  ['/icon.svg', 'image/svg+xml', 'no-cache'],
  ['/assets/index-a1b2c3.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/assets/index-a1b2c3.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
])('serves %s as %s, to be kept: %s', async (path, type, caching) => {
  const { headers } = await get(path)

  expect(headers.get('Content-Type')).toBe(type)
  expect(headers.get('Cache-Control')).toBe(caching)
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(headers.has('Service-Worker-Allowed')).toBe(false)
})

test('confines the pages to their own origin and the second one', async () => {
  const policy = (await get('/')).headers.get('Content-Security-Policy')?.split('; ')

  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'self'",
      `connect-src 'self' ${server.url2}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' blob: data:",
    ]),
  )
})

test('answers HEAD without a body', async () => {
  const answer = await fetch(`${server.url}/sw.js`, { method: 'HEAD' })

  expect([answer.status, answer.headers.get('Content-Length'), await answer.text()]).toEqual([200, '6', ''])
})

test.each(['/nothing', '/assets', '/assets/', '/assets/gone.js', '/index.html/x', '/%', '/%00', '/lab/x'])(
  'answers %s with 404',
  async (path) => {
    expect((await get(path)).status).toBe(404)
  },
)

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt'])(
  'reads nothing outside its folder for %s',
  async (path) => {
    const answer = await rawGet(path)

    expect(answer).not.toContain('secret')
  },
)

test('answers a POST with 404', async () => {
  expect((await fetch(`${server.url}/`, { method: 'POST' })).status).toBe(404)
})

/** `fetch` would tidy the path before it sends it. */
function rawGet(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url, { path }, async (answer) => {
      let text = String(answer.statusCode)
      for await (const chunk of answer) text += chunk
      resolve(text)
    })
    sent.on('error', reject).end()
  })
}
