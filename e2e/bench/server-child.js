// One measurement of server.js, in a process of its own. Its arguments are measurement, driver, build and file.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const [what = '', driver = '', build = '', file = ''] = process.argv.slice(2)
const { createIdempotency, memoryStore } = await import(`${pathToFileURL(build)}/index.js`)
const { sqliteStore } = await import(`${pathToFileURL(build)}/sqlite.js`)
const Database = createRequire(import.meta.url)(driver)

const principal = (/** @type {Request} */ request) => request.headers.get('idempotency-principal')
let sent = 0
function requestOf(/** @type {string} */ user, body = '{"by":1}') {
  sent += 1
  const key = `"key-of-many-requests-${sent}"`
  const headers = { 'idempotency-key': key, 'idempotency-principal': user }
  return () => new Request('http://localhost/claps', { method: 'POST', headers, body })
}
function openStore() {
  const database = new Database(file)
  database.exec('CREATE TABLE IF NOT EXISTS claps (id INTEGER PRIMARY KEY, user TEXT)')
  return { database, store: sqliteStore(database) }
}
const clap =
  (/** @type {number} */ ms) =>
  async (/** @type {any} */ { tx, principal }) => {
    tx.prepare('INSERT INTO claps (user) VALUES (?)').run(principal)
    if (ms > 0) await pause(ms)
    return new Response('ok')
  }
const users = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => `user-${index}`)

/** Another process that takes the file's write lock and lets go of it, as it is told. */
function startOtherProcess() {
  const code = `
    const database = new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)})
    process.on('message', (word) => {
      database.exec(word === 'take' ? 'BEGIN IMMEDIATE' : 'COMMIT')
      process.send('done')
    })`
  const child = spawn(process.execPath, ['-e', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    cwd: process.cwd(),
  })
  return {
    async tell(/** @type {string} */ word) {
      child.send(word)
      await new Promise((resolve) => child.once('message', resolve))
    },
    stop: () => child.kill(),
  }
}

/** Times how long each try for the lock keeps everything else in this process. @param {any} database */
function timeTriesForLock(database) {
  /** @type {number[]} */
  const triesMs = []
  const exec = database.exec.bind(database)
  database.exec = (/** @type {string} */ sql) => {
    const startedAt = performance.now()
    try {
      return exec(sql)
    } finally {
      if (sql.startsWith('BEGIN')) triesMs.push(performance.now() - startedAt)
    }
  }
  return triesMs
}

/** @type {Record<string, () => Promise<object>>} */
const measurements = {
  async hang() {
    const { run } = createIdempotency({
      store: openStore().store,
      principal,
      onError: () => {},
      deadlineMs: 1_000,
    })
    // The first requests of a process are slow by themselves.
    for (const user of users(50)) await run(requestOf(user)(), clap(0))
    const beside = async (/** @type {number} */ everyMs) => {
      let [done, busy, longestMs] = [0, 0, 0]
      const cpu = process.cpuUsage()
      void run(requestOf('hanging')(), () => new Promise(() => {}))
      for (const user of users(100)) {
        const cameAt = performance.now()
        void run(requestOf(user)(), clap(0)).then((/** @type {Response} */ { status }) => {
          if (status === 200) done += 1
          else busy += 1
          longestMs = Math.max(longestMs, Math.round(performance.now() - cameAt))
        })
        if (everyMs > 0) await pause(everyMs)
      }
      await pause(4_000)
      const { user, system } = process.cpuUsage(cpu)
      return {
        done,
        busy,
        unanswered: 100 - done - busy,
        longestMs,
        cpuMs: Math.round((user + system) / 1_000),
      }
    }
    return { atOnce: await beside(0), spread: await beside(8) }
  },
  async crowd() {
    const { run } = createIdempotency({ store: openStore().store, principal })
    const startedAt = performance.now()
    let [first, lastBusyMs, done] = [0, 0, 0]
    const send = async (/** @type {string} */ user) => {
      const request = requestOf(user)
      for (let tries = 0; tries < 40; tries += 1) {
        const { status, headers } = await run(request(), clap(50))
        if (status === 200) {
          if (tries === 0) first += 1
          done += 1
          return
        }
        if (tries === 0) lastBusyMs = Math.round(performance.now() - startedAt)
        await pause(1_000 * Number(headers.get('retry-after')))
      }
    }
    await Promise.all(users(200).map(send))
    return { first, lastBusyMs, done, allMs: Math.round(performance.now() - startedAt) }
  },
  async lock() {
    const { database, store } = openStore()
    const { run } = createIdempotency({ store, principal })
    const reader = new Database(file)
    const read = reader.prepare('SELECT count(*) AS count FROM claps')
    const other = startOtherProcess()
    const readsIn = async (/** @type {number} */ ms) => {
      let reads = 0
      for (const endsAt = performance.now() + ms; performance.now() < endsAt; reads += 1) {
        read.get([])
        await new Promise((resolve) => setImmediate(resolve))
      }
      return reads
    }
    const triesMs = timeTriesForLock(database)
    // In short turns, so that other load on the machine is spread over both.
    /** @type {number[]} */
    const ratios = []
    await readsIn(200)
    for (let round = 0; round < 24; round += 1) {
      const alone = await readsIn(150)
      await other.tell('take')
      const write = run(requestOf('ada')(), clap(0))
      ratios.push((await readsIn(150)) / alone)
      await other.tell('let go')
      await write
    }
    other.stop()
    const at = (/** @type {number[]} */ numbers, /** @type {number} */ part) =>
      numbers.sort((a, b) => a - b)[Math.floor(part * (numbers.length - 1))]?.toFixed(2)
    return {
      ratio: at(ratios, 0.5),
      tries: triesMs.length,
      medianMs: at(triesMs, 0.5),
      p95Ms: at(triesMs, 0.95),
    }
  },
  async bodies() {
    const { serve } = await import('@hono/node-server')
    let letGo = () => {}
    const gone = new Promise((resolve) => {
      letGo = () => resolve(undefined)
    })
    const { run } = createIdempotency({ store: memoryStore(), principal })
    const handler = async (/** @type {any} */ { request }) => {
      await gone
      return new Response(String((await request.arrayBuffer()).byteLength))
    }
    const port = await new Promise((resolve) => {
      serve({ fetch: (request) => run(request, handler), port: 0 }, (info) => resolve(info.port))
    })
    global.gc?.()
    const startMiB = Math.round(process.memoryUsage.rss() / 2 ** 20)
    const client = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      const body = new Uint8Array(15 * 2 ** 20)
      const send = async (_, index) => {
        const key = '"key-of-many-bodies-' + index + '"'
        const headers = { 'idempotency-key': key, 'idempotency-principal': 'user-' + index }
        const { status } = await fetch('http://localhost:${port}/', { method: 'POST', headers, body })
        process.send(status)
      }
      await Promise.all(Array.from({ length: 30 }, send))
      process.exit()`,
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    let [done, busy] = [0, 0]
    client.on('message', (status) => {
      if (status === 200) done += 1
      else busy += 1
    })
    await pause(4_000)
    letGo()
    await new Promise((resolve) => client.once('exit', resolve))
    return { peakMiB: Math.round(process.resourceUsage().maxRSS / 1024), startMiB, done, busy }
  },
}

process.send?.(await measurements[what]?.())
