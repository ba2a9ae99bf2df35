// Checks each command that the documents print, so that none fails as printed: scripts of npm, suites, files of tests,
// programs. Playwright itself reads the arguments of its commands, and lists the tests without running them.
import { spawnSync } from 'node:child_process'
import { exists, isDocument, listFiles, read, report, root } from '../repository.js'

const files = listFiles()
const { scripts } = JSON.parse(read('package.json'))
const vitestConfig = read('vite.config.ts')

/** The names of the suites, from the refusal of one that does not exist. */
const suites = (
  /There is no suite -: name some of (.*)\./.exec(run('node', ['e2e/tools/test.js', '-'], {}).text)?.[1] ?? ''
).split(', ')

/** @param {string} program @param {string[]} args @param {Record<string, string>} variables */
function run(program, args, variables) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  })
  return { ok: status === 0, text: stdout + stderr }
}

/** Commands in blocks of a shell, and in code that begins as a command. @param {string} text @returns {string[]} */
function commandsOf(text) {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'))
  const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocks.flatMap((line) => line.replace(/ #.*/, '').split('&&')), ...inline]
    .map((command) => command.trim())
    .filter((command) => /^(?:[A-Z_0-9]+=\S+ )*(?:npm|npx|node) \S/.test(command))
}

/** @param {string} command @returns {string | undefined} the fault of a command */
function faultOf(command) {
  const words = command.match(/'[^']*'|\S+/g) ?? []
  const count = words.findIndex((word) => !/^[A-Z_0-9]+=/.test(word))
  const variables = Object.fromEntries(words.slice(0, count).map((word) => word.split('=')))
  const [program, first = '', ...rest] = words.slice(count)
  if (program === 'node') return exists(first) ? undefined : `there is no file ${first}`
  if (program === 'npm') return faultOfNpm(first, rest)
  if (!exists(`node_modules/.bin/${first}`)) return `there is no program ${first}`
  if (first === 'vitest') return faultOfVitest(rest)
  if (first === 'playwright') {
    const { ok, text } = run('npx', ['playwright', ...rest, '--list', '--reporter=line'], variables)
    return ok ? undefined : text.trim()
  }
  return undefined
}

/** @param {string} first @param {string[]} rest */
function faultOfNpm(first, rest) {
  if (['install', 'ci'].includes(first)) return undefined
  const name = first === 'run' ? (rest[0] ?? '') : first
  if (scripts[name] === undefined) return `there is no script ${name}`
  const strangers = name === 'test' ? rest.filter((word) => word !== '--' && !suites.includes(word)) : []
  return strangers.length > 0 ? `there is no suite ${strangers.join(', ')}` : undefined
}

/** @param {string[]} args of `vitest`, whose files are parts of paths */
function faultOfVitest(args) {
  const project = args[args.indexOf('--project') + 1] ?? ''
  if (!vitestConfig.includes(`name: '${project}'`)) return `there is no project ${project}`
  const ending = project === 'browser' ? '.browser.test.ts' : '.test.ts'
  const isFlag = (/** @type {string} */ word) => word.startsWith('-')
  const patterns = args.filter(
    (word, index) => index > 0 && !isFlag(word) && !isFlag(args[index - 1] ?? '') && word !== 'run',
  )
  const lost = patterns.filter((one) => !files.some((file) => file.endsWith(ending) && file.includes(one)))
  return lost.length > 0 ? `no test is in ${lost.join(', ')}` : undefined
}

const documents = files.filter(isDocument)
/** @type {Map<string, string>} */
const places = new Map()
for (const file of documents) for (const command of commandsOf(read(file))) places.set(command, file)
const faults = [...places].flatMap(([command, file]) => {
  const fault = faultOf(command)
  return fault === undefined ? [] : `${file}: \`${command}\`: ${fault}`
})
report(faults, `commands: ${places.size} in ${documents.length} documents`)
