// Builds the page and its worker from the workspace's own packages, once for a run.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export interface BuiltPage {
  readonly folder: string
  remove(): Promise<void>
}

const root = fileURLToPath(new URL('page', import.meta.url))

export async function buildPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'back-ends-'))
  for (const file of ['index.html', 'sw.ts']) await buildFile(file, folder)
  return { folder, remove: () => rm(folder, { recursive: true }) }
}

/**
 * Into one script each, since a worker that is no module imports nothing, and the page must be whole without a
 * network.
 */
const buildFile = (file: string, outDir: string) =>
  build({
    root,
    logLevel: 'warn',
    configFile: false,
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: join(root, file),
        output: { entryFileNames: file === 'sw.ts' ? 'sw.js' : 'main.js', codeSplitting: false },
      },
    },
  })
