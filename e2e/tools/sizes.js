// What each entry point adds to an app's bundle, held to a bound: minified, then brotli and gzip.
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const broker = fileURLToPath(new URL('../../packages/broker', import.meta.url))

/**
 * Bounds in bytes of brotli. `react`, `redux` and RTK are the app's own; the hash of a page over plain http is a chunk of
 * its own.
 */
const entries = [
  {
    name: 'redux-broker: createBroker, write, matchers',
    code: "export { createBroker, write, delivered, returned, rejected } from 'redux-broker'",
    brotliMax: 30_500,
  },
  {
    name: 'redux-broker: with read',
    code: "export { createBroker, write, delivered, returned, rejected, read } from 'redux-broker'",
    brotliMax: 41_200,
  },
  { name: 'redux-broker: everything', code: "export * from 'redux-broker'", brotliMax: 42_300 },
  {
    name: 'redux-broker/worker',
    code: "import { startBrokerWorker } from 'redux-broker/worker'; startBrokerWorker()",
    brotliMax: 21_100,
  },
]

/** Measures an entry as an app's production build has it. */
async function sizeOf(/** @type {string} */ code) {
  const entry = `${broker}/entry.js`
  const bundle = await rolldown({
    input: entry,
    external: ['redux'],
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' },
    plugins: [
      {
        name: 'entry',
        load: (id) => (id === entry ? code : null),
        resolveId: (id) => (id === entry ? id : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es', minify: true })
  const text = output
    .map((part) => ('code' in part && !part.name.startsWith('sha-256') ? part.code : ''))
    .join('')
  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
  return { minified: text.length, brotli: brotli.length, gzip: gzipSync(text, { level: 9 }).length }
}

/** Prints the table; gives the names of the entries that are over their bound. */
export async function checkSizes() {
  const over = []
  for (const { name, code, brotliMax } of entries) {
    const { minified, brotli, gzip } = await sizeOf(code)
    console.log(`${name}: ${minified} B minified, ${gzip} B gzip, ${brotli} B brotli (at most ${brotliMax})`)
    if (brotli > brotliMax) over.push(name)
  }
  return over
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const over = await checkSizes()
  if (over.length > 0) {
    console.error(`Over their bound: ${over.join(', ')}`)
    process.exit(1)
  }
}
