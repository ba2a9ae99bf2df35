// The production bundle of an app ships no advice for its developer.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

it('a production bundle has no text that tells how to call createBroker()', async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
    external: ['redux'],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  const { output } = await bundle.generate({ minify: true, comments: false })
  const code = output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n')

  expect([...code.matchAll(/.{0,160}createBroker\(\)/g)].map(([text]) => text)).toEqual([])
})
