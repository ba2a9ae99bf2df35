// The public types, as an app gets them by the package's own exports, out of the build.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** The compiler's complaints, or nothing where all claims hold. */
function compile(compiler: string): Promise<string> {
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root }, (_error, out, problems) =>
      resolve(out + problems),
    )
  })
}

describe('the types of redux-broker', () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/index.d.ts')))
      throw new Error('redux-broker is not built: run `npm run build` first.')
  })

  it.each(['typescript-5.4', 'typescript-5.9', 'typescript', 'typescript-7'])(
    'hold every claim under %s',
    async (compiler) => {
      expect(await compile(compiler)).toBe('')
    },
    120_000,
  )
})
