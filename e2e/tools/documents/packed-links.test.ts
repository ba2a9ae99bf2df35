// The texts of a package lead somewhere for a reader who has installed it, and has no repository beside it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { packedFiles } from '../packed-files.js'
import { deadLinks } from './links.js'

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))

describe('deadLinks', () => {
  const files = ['README.md', 'docs/a.md', 'dist/sw.js']
  const links = (text: string, others: [string, string][] = []) =>
    deadLinks(new Map([['README.md', text], ...others]), (path) => files.includes(path))

  it.each([
    ['[a](docs/a.md)'],
    ['[sw](./dist/sw.js)'],
    ['[web](https://example.org/x)'],
    ['# In doubt?\n[x](#in-doubt)'],
    ['## `createBroker(options)`\n[x](#createbrokeroptions)'],
    ['# Held\n# Held\n[x](#held-1)'],
    ['```sh\n# [no](link)\n```'],
  ])('finds that %j leads somewhere', (text) => {
    expect(links(text)).toEqual([])
  })

  it.each(['../server', '../../docs/a.md', 'docs', 'docs/b.md', '#nowhere', 'docs/a.md#nowhere'])(
    'finds that %s leads nowhere',
    (link) => {
      expect(links(`[x](${link})`)).toEqual([`README.md: ${link}`])
    },
  )

  it('resolves a link from the file that has it', () => {
    expect(links('# One', [['docs/a.md', '[x](../README.md#one) [y](README.md)']])).toEqual([
      'docs/a.md: README.md',
    ])
  })
})

describe.each(['broker', 'server'])('the tarball of packages/%s', (name) => {
  it('has no dead link in its documents', () => {
    const folder = `${packages}${name}/`
    const files = packedFiles(folder)
    const texts = files.filter((file) => file.endsWith('.md'))
    expect(texts).toContain('README.md')
    const read = (file: string) => [file, readFileSync(folder + file, 'utf8')] as const
    expect(deadLinks(new Map(texts.map(read)), (path) => files.includes(path))).toEqual([])
  })
})
