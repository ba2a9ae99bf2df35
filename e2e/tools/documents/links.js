// Finds the links in documents that lead nowhere: to no file, or to no heading of a file.
// `node e2e/tools/documents/links.js` checks all documents of the repository, and that each source file that they name exists.
// The tests check the links of a packed package.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

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
 * @param {ReadonlyMap<string, string>} texts @param {(path: string) => boolean} exists
 */
function missingFiles(texts, exists) {
  const bases = ['', 'packages/broker/src/', 'packages/broker/', 'e2e/']
  return [...texts].flatMap(([file, text]) =>
    [...withoutCode(text).matchAll(/`([\w.-]+\/[\w./-]+\.tsx?)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !bases.some((base) => exists(base + name)))
      .map((name) => `${file}: ${name}`),
  )
}

function main() {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => existsSync(root + file))
  const texts = new Map(files.map((file) => [file, readFileSync(root + file, 'utf8')]))
  const exists = (/** @type {string} */ path) => existsSync(root + path)
  const dead = deadLinks(texts, exists)
  const missing = missingFiles(texts, exists)
  for (const link of dead) console.error(`leads nowhere: ${link}`)
  for (const name of missing) console.error(`does not exist: ${name}`)
  console.log(
    `links: ${files.length} documents, ${dead.length} links that lead nowhere, ${missing.length} missing files`,
  )
  process.exitCode = dead.length + missing.length === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
