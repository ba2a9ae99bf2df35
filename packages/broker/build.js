// Builds the package: the layers as ES modules with their types, and self-contained scripts for browsers.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

rmSync(dist, { recursive: true, force: true })
const layers = ['.', 'worker', 'testing'].map((layer) => join(root, 'src', layer))
const compiled = spawnSync(process.execPath, [tsc, '-b', ...layers], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

/**
 * One self-contained script.
 * @param {string} entry
 * @param {string} file
 * @param {{ format?: 'es' | 'iife', mode?: 'production' | 'development' }} options
 */
async function bundle(entry, file, { format = 'es', mode = 'production' } = {}) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    build: {
      outDir: dist,
      emptyOutDir: false,
      minify: mode === 'production',
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry: join(dist, entry), formats: [format], name: 'reduxBroker', fileName: () => file },
    },
  })
}

// For browsers without a bundler: no `process`, and nothing to import. An import map does not reach into a worker.
await bundle('index.js', 'browser/redux-broker.js')
await bundle('index.js', 'browser/redux-broker.development.js', { mode: 'development' })
await bundle('worker/index.js', 'browser/worker.js')
await bundle('worker/sw.js', 'sw.js', { format: 'iife' })
