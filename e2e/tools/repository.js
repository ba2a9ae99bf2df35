// The files of the repository, and the report of a check over them.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const exists = (/** @type {string} */ path) => existsSync(root + path)
export const read = (/** @type {string} */ path) => readFileSync(root + path, 'utf8')
export const isDocument = (/** @type {string} */ path) => path.endsWith('.md')

/**
 * The paths of the files that git has or would add. All of them, or those under the given files and folders.
 * @param {readonly string[]} under
 */
export function listFiles(under = []) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...under]
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0')
  return listed.filter((path) => path !== '' && exists(path))
}

/**
 * Prints the faults of a check and its closing line. Any fault fails the check.
 * @param {readonly string[]} faults @param {string} line
 */
export function report(faults, line) {
  for (const fault of faults) console.error(fault)
  console.log(`${line}, ${faults.length} faults`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
