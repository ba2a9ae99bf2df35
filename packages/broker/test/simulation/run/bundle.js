// Bundles the code under test, and the simulation itself. The product becomes functions of the global objects of a
// realm. A seeded bug is a replacement in one source file, which must fit at exactly one place.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const simulation = join(dirname(fileURLToPath(import.meta.url)), '..')
const packages = join(simulation, '../../..')

/** @typedef {{ readonly file: string, readonly find: string, readonly put: string }} Patch */
/** A fault of the product, by its name. @typedef {Patch & { readonly name: string, readonly more?: readonly Patch[] }} Bug */

/** Changes that each world needs. @type {readonly Patch[]} */
const always = [
  // The reserve for a full disk is 128 KiB, which would take a world longer than all the rest.
  { file: 'core/rows/disk-reserve.ts', find: 'reserveBytes = 131_072', put: 'reserveBytes = 128' },
  // The store of a server that died is taken over by the next one.
  {
    file: 'store/memory-store.ts',
    find: 'export function memoryStore(): IdempotencyStore<MemoryTransaction> {',
    put: 'export function memoryStore(keep: (memory: Memory) => void): IdempotencyStore<MemoryTransaction> {',
  },
  {
    file: 'store/memory-store.ts',
    find: '    clock: undefined,\n  }\n',
    put: '    clock: undefined,\n  }\n  keep(memory)\n',
  },
]

/** @param {readonly Patch[]} patches */
function patching(patches) {
  /** @type {Set<Patch>} */
  const done = new Set()
  return {
    done,
    plugin: {
      name: 'seeded bugs',
      /** @param {string} code @param {string} id */
      transform(code, id) {
        let text = code
        for (const patch of [...always, ...patches]) {
          if (!id.endsWith(`/${patch.file}`)) continue
          text = applyPatch(text, patch)
          done.add(patch)
        }
        text = withoutLateImports(text)
        return text === code ? null : { code: text }
      },
    },
  }
}

/**
 * A part that is loaded later would have the whole bundle wrapped in functions, which makes each realm slower.
 * @param {string} text
 */
function withoutLateImports(text) {
  /** @type {string[]} */
  const heads = []
  const rest = text.replaceAll(/(?<!typeof )\bimport\((['"][^'"]+['"])\)/g, (_all, from) => {
    heads.push(`import * as late${heads.length} from ${from};`)
    return `Promise.resolve(late${heads.length - 1})`
  })
  return heads.join('') + rest
}

/** @param {string} text @param {Patch} patch */
function applyPatch(text, { file, find, put }) {
  const parts = text.split(find)
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places for this bug, and should have 1:\n${find}`)
  return parts.join(put)
}

/** @param {Bug} bug */
export const patchesOf = (bug) => [bug, ...(bug.more ?? [])]

/** @param {string} file */
const readSource = (file) => readFileSync(join(packages, 'broker/src', file), 'utf8')

/** Throws where a bug does not fit the sources any more. @param {Bug} bug */
export function checkBug(bug) {
  for (const patch of patchesOf(bug)) applyPatch(readSource(patch.file), patch)
}

/** @param {string} input @param {readonly Patch[]} patches @param {'cjs' | 'esm'} format */
async function bundle(input, patches, format) {
  const { plugin, done } = patching(patches)
  const build = await rolldown({
    input,
    plugins: [plugin],
    external: [/^node:/],
    platform: format === 'cjs' ? 'browser' : 'node',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format, codeSplitting: false })
  await build.close()
  return { code: output[0].code, done }
}

/**
 * The texts of the product's page, worker and server.
 * @param {readonly Patch[]} [patches]
 */
export async function bundleProduct(patches = []) {
  const inputs = ['broker/src/index.ts', 'broker/src/worker/index.ts', 'server/src/index.ts']
  const built = await Promise.all(inputs.map((input) => bundle(join(packages, input), patches, 'cjs')))
  for (const patch of patches)
    if (!built.some(({ done }) => done.has(patch))) throw new Error(`No bundle has the file ${patch.file}.`)
  const [page, worker, server] = built.map(({ code }) => code)
  return { page: page ?? '', worker: worker ?? '', server: server ?? '' }
}

/** Bundles the simulation into one module, and loads it. Its threads load the same file. */
export async function loadSimulation() {
  const { code } = await bundle(join(simulation, 'run/main.ts'), [], 'esm')
  const folder = join(packages, '../node_modules/.cache/redux-broker-simulation')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`)
  writeFileSync(file, code)
  /** @type {typeof import('./main.js')} */
  const loaded = await import(pathToFileURL(file).href)
  return { ...loaded, file }
}
