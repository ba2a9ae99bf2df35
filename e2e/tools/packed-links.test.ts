// The texts of a package lead somewhere for a reader who has installed it, and has no repository beside it.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { packedFiles } from './packed-files.js'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** The anchors of a text's headings, as GitHub and npm make them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** The links of a package's texts that lead nowhere, each as `file: link`. */
function deadLinks(texts: ReadonlyMap<string, string>, files: readonly string[]): readonly string[] {
  const isDead = (from: string, link: string): boolean => {
    if (/^https?:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const to = path === '' ? from : posix.join(posix.dirname(from), path)
    if (!files.includes(to)) return true
    return anchor !== undefined && !anchorsOf(texts.get(to) ?? '').includes(anchor)
  }
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => isDead(file, link))
      .map((link) => `${file}: ${link}`),
  )
}

describe('deadLinks', () => {
  const files = ['README.md', 'docs/a.md', 'dist/sw.js']
  const links = (text: string, others: [string, string][] = []) =>
    deadLinks(new Map([['README.md', text], ...others]), files)

  it.each([
    ['[a](docs/a.md)'],
    ['[sw](./dist/sw.js)'],
    ['[web](https://example.org/x)'],
    ['# In doubt?\n[x](#in-doubt)'],
    ['## `createBroker(options)`\n[x](#createbrokeroptions)'],
  ])('finds that %j leads somewhere', (text) => {
    expect(links(text)).toEqual([])
  })

  it.each(['../server', '../../docs/a.md', 'docs', 'docs/b.md', '#nowhere', 'docs/a.md#nowhere'])(
    'finds that %s leads nowhere',
    (link) => {
      expect(links(`[x](${link})`)).toEqual([`README.md: ${link}`])
    },
  )

  it('takes a link from where it stands', () => {
    expect(links('# One', [['docs/a.md', '[x](../README.md#one) [y](README.md)']])).toEqual([
      'docs/a.md: README.md',
    ])
  })
})

describe.each(['broker', 'server'])('the tarball of packages/%s', (name) => {
  it('has no link in its texts that leads nowhere', () => {
    const folder = `${packages}${name}/`
    const files = packedFiles(folder)
    const texts = files.filter((file) => file.endsWith('.md'))
    expect(texts).toContain('README.md')
    const read = (file: string) => [file, readFileSync(folder + file, 'utf8')] as const
    expect(deadLinks(new Map(texts.map(read)), files)).toEqual([])
  })
})
