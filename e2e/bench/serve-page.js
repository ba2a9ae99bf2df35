// Serves the page of a bench, bundled as for production, and whatever else the bench answers.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** @type {(request: unknown, response: import('node:http').ServerResponse) => void} */
const notFound = (_request, response) => void response.writeHead(404).end()

/**
 * @param {URL} page its script
 * @param {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} answer to URLs under `/api/`
 */
export async function servePage(page, answer = notFound) {
  const bundle = await rolldown({
    input: fileURLToPath(page),
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  const script = (await bundle.generate({ format: 'es', minify: true, codeSplitting: false })).output[0].code
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/api/')) {
      answer(request, response)
      return
    }
    const isScript = request.url === '/page.js'
    // A page that is isolated has a clock of 5 µs.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>',
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://localhost:${port}/`, close: () => server.close() }
}
