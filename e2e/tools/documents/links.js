// Finds the links in documents that lead nowhere: to no file, or to no heading of a file.
// `node e2e/tools/documents/links.js` checks all documents of the repository, and that each source file that they name
// exists. The tests check the links of a packed package.
import { posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exists, isDocument, listFiles, read, report } from '../repository.js'

const withoutCode = (/** @type {string} */ text) => text.replace(/^ *```.*?^ *```$/gms, '')

/**
 * The anchors of a text's headings, as GitHub and npm make them.
 * @param {string} text @returns {readonly string[]}
 */
function anchorsOf(text) {
  /** @type {Map<string, number>} */
  const seen = new Map()
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

/**
 * The links of these texts that lead nowhere, each as `file: link`.
 * @param {ReadonlyMap<string, string>} texts by the path of their file
 * @param {(path: string) => boolean} exists @returns {readonly string[]}
 */
export function deadLinks(texts, exists) {
  const isDead = (/** @type {string} */ from, /** @type {string} */ link) => {
    if (/^(?:https?|mailto):/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const to = path === '' ? from : posix.join(posix.dirname(from), path)
    if (!exists(to)) return true
    return anchor !== undefined && !anchorsOf(texts.get(to) ?? '').includes(anchor)
  }
  return [...texts].flatMap(([file, text]) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => isDead(file, link))
      .map((link) => `${file}: ${link}`),
  )
}

/**
 * The source files that documents of the repository name and that do not exist, each as `file: name`.
 * @param {ReadonlyMap<string, string>} texts
 */
function missingFiles(texts) {
  const bases = ['', 'packages/broker/src/', 'packages/broker/', 'e2e/']
  return [...texts].flatMap(([file, text]) =>
    [...withoutCode(text).matchAll(/`([\w.-]+\/[\w./-]+\.tsx?)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !bases.some((base) => exists(base + name)))
      .map((name) => `${file}: ${name}`),
  )
}

function main() {
  const texts = new Map(
    listFiles()
      .filter(isDocument)
      .map((file) => [file, read(file)]),
  )
  const faults = [
    ...deadLinks(texts, exists).map((link) => `leads nowhere: ${link}`),
    ...missingFiles(texts).map((name) => `does not exist: ${name}`),
  ]
  report(faults, `links: ${texts.size} documents`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
