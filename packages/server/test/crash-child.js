// A process to be killed. It sends requests through run() on the SQLite store, prints each key that was answered, and
// purges if it is told so. Its arguments are the folder of the compiled package, the database file, and the plan as
// JSON.
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'

const [folder, file, planText] = process.argv.slice(2)
const plan = JSON.parse(planText)
const { createIdempotency } = await import(`${pathToFileURL(folder)}/index.js`)
const { sqliteStore } = await import(`${pathToFileURL(folder)}/sqlite.js`)

const database = new Database(file)
database.pragma('busy_timeout = 5000')
database.exec('CREATE TABLE IF NOT EXISTS effects (key TEXT)')
const { run, purge } = createIdempotency({
  store: sqliteStore(database),
  principal: () => 'ada',
  now: () => plan.now ?? Date.now(),
})

// At once, so that a kill takes no line back.
const print = (line) => writeSync(1, `${line.replaceAll(/\s+/g, ' ')}\n`)

let steps = 0
function beforeStep(sql) {
  steps += 1
  if (steps !== plan.killBefore) return
  print(`killed before ${sql}`)
  process.kill(process.pid, 'SIGKILL')
}
const exec = database.exec.bind(database)
database.exec = (sql) => {
  beforeStep(sql)
  return exec(sql)
}
const prepare = database.prepare.bind(database)
database.prepare = (sql) => {
  const statement = prepare(sql)
  for (const name of ['run', 'get']) {
    const call = statement[name].bind(statement)
    statement[name] = (...values) => {
      beforeStep(sql)
      return call(...values)
    }
  }
  return statement
}

async function send(key) {
  const headers = { 'idempotency-key': `"${key}"`, 'idempotency-principal': 'ada' }
  for (;;) {
    const request = new Request('http://localhost/claps', { method: 'POST', headers, body: key })
    const response = await run(request, async ({ tx }) => {
      tx.prepare('INSERT INTO effects (key) VALUES (?)').run(key)
      await Promise.resolve()
      return new Response('ok')
    })
    if (response.ok) return print(`${response.headers.get('idempotency-status')} ${key}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const waiting = [...plan.keys]
await Promise.all(
  Array.from({ length: plan.parallel }, async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) await send(key)
  }),
)
if (plan.purge) print(`purged ${JSON.stringify(await purge(1_000, { clockIsRight: true }))}`)
