// Stops in one sentence on a Node that is too old. It is imported before any module that such a Node cannot run.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
const needed = engines.node.replace('>=', '')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const [majorMin = 0, minorMin = 0] = needed.split('.').map(Number)

if (major < majorMin || (major === majorMin && minor < minorMin)) {
  console.error(`redux-broker needs Node ${needed} or newer, and this is Node ${process.versions.node}.`)
  process.exit(1)
}
