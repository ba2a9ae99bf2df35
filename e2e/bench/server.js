// The companion under strain by a handler that hangs, a crowd, another process with the lock, and bodies that wait.
// `npm run bench:server`, or `node e2e/bench/server.js <folder of another build>` for comparison.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('server-child.js', import.meta.url))
const build = process.argv[2] ?? fileURLToPath(new URL('../../packages/server/dist', import.meta.url))

/** Each measurement in a process of its own, with a database of its own. */
async function measure(/** @type {string} */ what, driver = 'libsql') {
  const folder = mkdtempSync(join(tmpdir(), 'bench-server-'))
  const running = fork(child, [what, driver, build, join(folder, 'app.db')], { execArgv: ['--expose-gc'] })
  const answer = await new Promise((resolve, reject) => {
    running.once('message', resolve)
    running.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)))
  })
  running.kill()
  rmSync(folder, { recursive: true })
  return answer
}

for (const driver of ['libsql', 'better-sqlite3']) {
  const line = (/** @type {string} */ what, /** @type {string} */ text) =>
    console.log(`${driver}: ${what}: ${text}`)
  try {
    const hang = await measure('hang', driver)
    for (const [how, { done, busy, unanswered, longestMs, cpuMs }] of [
      ['at once', hang.atOnce],
      ['one each 8 ms', hang.spread],
    ])
      line(
        `100 users beside a handler that hangs (deadlineMs 1000), ${how}`,
        `${done} done, ${busy} told 503, ${unanswered} unanswered after 4 s; the longest waited ${longestMs} ms; ` +
          `${cpuMs} ms of the processor in all`,
      )
    const crowd = await measure('crowd', driver)
    line(
      '200 users at once, 50 ms each',
      `${crowd.first} done of the first sends, the last 503 after ` +
        `${crowd.lastBusyMs} ms; with retries ${crowd.done} done in ${crowd.allMs} ms`,
    )
    const lock = await measure('lock', driver)
    line(
      'reads while a write waits for another process',
      `${lock.ratio} × as many as with nothing waiting; a try for the lock keeps the process for ` +
        `${lock.medianMs} ms, ${lock.p95Ms} ms at the 95th percentile of ${lock.tries}`,
    )
  } catch (error) {
    line('not measured', String(error))
  }
}
const { peakMiB, startMiB, busy, done } = await measure('bodies')
console.log(
  `30 waiting bodies of 15 MiB: peak ${peakMiB} MiB (${startMiB} before them); ${done} done, ${busy} told 503`,
)
