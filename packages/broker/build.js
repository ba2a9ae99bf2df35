// Builds the package: the layers as ES modules with their types, and the classic worker as one self-contained script.
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
const layers = ['reads', 'worker', 'testing'].map((layer) => join(root, 'src', layer))
const compiled = spawnSync(process.execPath, [tsc, '-b', ...layers], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: dist,
    emptyOutDir: false,
    lib: {
      entry: join(dist, 'worker/sw.js'),
      formats: ['iife'],
      name: 'reduxBroker',
      fileName: () => 'sw.js',
    },
  },
})
