// Holds each entry point to a bound on the bytes that it adds to an app's bundle. They are minified, then compressed
// by brotli and gzip.
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const broker = fileURLToPath(new URL('../../packages/broker', import.meta.url))

/**
 * Bounds in bytes of brotli, for the chunks that an app loads at first. `react`, `redux` and RTK are the app's own.
 * Two chunks come later, which are `page/deferred-code.ts` and the hash of a page over plain http.
 */
const entries = [
  {
    name: 'redux-broker: createBroker, write, matchers',
    code: "export { createBroker, write, delivered, returned, notAccepted } from 'redux-broker'",
    brotliMax: 38_200,
  },
  {
    name: 'redux-broker: with read',
    code: "export { createBroker, write, delivered, returned, notAccepted, read } from 'redux-broker'",
    brotliMax: 49_400,
  },
  { name: 'redux-broker: everything', code: "export * from 'redux-broker'", brotliMax: 51_100 },
  {
    name: 'redux-broker/worker',
    code: "import { startBrokerWorker } from 'redux-broker/worker'; startBrokerWorker()",
    brotliMax: 26_100,
  },
]

/**
 * Measures an entry as an app's production build has it, in the chunks of the first load, and in all chunks together.
 */
async function sizeOf(/** @type {string} */ code) {
  const entry = `${broker}/entry.js`
  const bundle = await rolldown({
    input: entry,
    external: ['redux'],
    // As an app's entry, from which nobody imports.
    preserveEntrySignatures: 'allow-extension',
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' },
    plugins: [
      {
        name: 'entry',
        load: (id) => (id === entry ? code : null),
        resolveId: (id) => (id === entry ? id : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es', minify: true, comments: false })
  const chunks = output.filter((part) => part.type === 'chunk')
  const first = new Set(chunks.filter((chunk) => chunk.isEntry))
  for (const { imports } of first)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) first.add(chunk)
  return { first: compressed([...first]), all: compressed(chunks) }
}

function compressed(/** @type {{ code: string }[]} */ chunks) {
  const texts = chunks.map(({ code }) => code)
  const sum = (/** @type {(text: string) => number} */ size) =>
    texts.reduce((all, text) => all + size(text), 0)
  return {
    minified: sum((text) => text.length),
    gzip: sum((text) => gzipSync(text, { level: 9 }).length),
    brotli: sum(
      (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    ),
  }
}

const inWords = (/** @type {ReturnType<typeof compressed>} */ { minified, gzip, brotli }) =>
  `${minified} B minified, ${gzip} B gzip, ${brotli} B brotli`

/** Prints the table, and gives the names of the entries that are over their bound. */
export async function checkSizes() {
  const over = []
  for (const { name, code, brotliMax } of entries) {
    const { first, all } = await sizeOf(code)
    console.log(`${name}: ${inWords(first)} (at most ${brotliMax})`)
    if (all.minified > first.minified) console.log(`  with what it loads later: ${inWords(all)}`)
    if (first.brotli > brotliMax) over.push(name)
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
