// SIGKILL at any statement leaves effect and record both or neither, which only a real process can show.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdempotency } from '../src/index.js'
import { sqliteStore } from '../src/sqlite.js'
import { compileSources } from './printed.js'

const child = fileURLToPath(new URL('crash-child.js', import.meta.url))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redux-broker-server-'))
  compileSources(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Plan {
  readonly keys: readonly string[]
  readonly parallel: number
  /** The child kills itself before this SQL statement, counted from 1. */
  readonly killBefore?: number
  /** By the clock of the child, or the present. */
  readonly now?: number
  /** Whether the child purges in the end. */
  readonly purge?: boolean
}

interface Run {
  readonly lines: string[]
  readonly exitCode: number | null
}

async function runChild(
  file: string,
  plan: Plan,
  onLine?: (child: ChildProcess, lines: string[]) => void,
): Promise<Run> {
  const started = spawn(process.execPath, [child, folder, file, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const ended = new Promise<number | null>((resolve) => started.on('close', resolve))
  for await (const line of createInterface({ input: started.stdout })) {
    lines.push(line)
    onLine?.(started, lines)
  }
  return { lines, exitCode: await ended }
}

/** Reads the rows on disk as the next process would. */
function survivors(file: string): {
  readonly effects: string[]
  readonly records: string[]
  readonly tombstones: string[]
  readonly unsealed: number
} {
  const database = new Database(file)
  try {
    const column = (sql: string) => (database.prepare(sql).all([]) as { key: string }[]).map(({ key }) => key)
    return {
      effects: column('SELECT key FROM effects ORDER BY key'),
      records: column(
        'SELECT key FROM idempotency_records WHERE status = 200 AND headers IS NOT NULL ORDER BY key',
      ),
      tombstones: column(
        'SELECT key FROM idempotency_records WHERE status = 2 AND headers IS NULL ORDER BY key',
      ),
      unsealed: column('SELECT key FROM idempotency_records WHERE status IS NULL').length,
    }
  } finally {
    database.close()
  }
}

const keysOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(16, '0')}`)
const answered = (lines: readonly string[]) =>
  lines.flatMap((line) => /^(?:stored|replayed) (.+)$/.exec(line)?.[1] ?? [])

describe('a process that is killed', () => {
  it('leaves effect and record both or neither, before whichever statement SIGKILL comes', async () => {
    const keys = keysOf('sweep', 2)
    const killedBefore: string[] = []
    for (let killBefore = 1; ; killBefore += 1) {
      const file = join(folder, `sweep-${killBefore}.db`)
      const { lines, exitCode } = await runChild(file, { keys, parallel: 1, killBefore })
      const { effects, records, unsealed } = survivors(file)
      expect(effects, `killed before statement ${killBefore}`).toEqual(records)
      expect(unsealed).toBe(0)
      expect(effects).toEqual(expect.arrayContaining(answered(lines)))
      if (exitCode === 0) break
      const statement = lines.at(-1) ?? ''
      killedBefore.push(statement)
      if (statement === 'killed before COMMIT') expect(effects).toEqual(answered(lines))
      expect(await resend(file, keys)).toEqual(keys)
    }
    expect(killedBefore.filter((line) => line.includes('INSERT INTO effects'))).toHaveLength(2)
    // The first one notes the clock.
    expect(killedBefore.filter((line) => line.includes('COMMIT'))).toHaveLength(3)
  })

  it('leaves as many effects as records after SIGKILL at any moment among many requests', async () => {
    const file = join(folder, 'many.db')
    const sent: string[] = []
    for (const [round, answersBeforeKill] of [1, 7, 23, 60, 111, 190].entries()) {
      const keys = keysOf(`round${round}`, 400)
      sent.push(...keys)
      const { lines, exitCode } = await runChild(file, { keys, parallel: 8 }, (child, lines) => {
        if (lines.length === answersBeforeKill) child.kill('SIGKILL')
      })
      expect(exitCode).toBeNull()
      const { effects, records, unsealed } = survivors(file)
      expect(effects).toEqual(records)
      expect(new Set(effects).size).toBe(effects.length)
      expect(unsealed).toBe(0)
      expect(effects).toEqual(expect.arrayContaining(answered(lines)))
    }
    expect(await resend(file, sent)).toEqual([...sent].sort())
  })

  it('leaves a purge done or not begun, before whichever statement SIGKILL comes', async () => {
    const dayMs = 86_400_000
    const [forgotten, expired, whole] = [keysOf('forgotten', 2), keysOf('expired', 2), keysOf('whole', 2)]
    const now = 1_000 * dayMs
    const killedBefore: string[] = []
    for (let killBefore = 1; ; killBefore += 1) {
      const file = join(folder, `purge-${killBefore}.db`)
      await runChild(file, { keys: forgotten, parallel: 1, now: now - 407 * dayMs })
      await runChild(file, { keys: expired, parallel: 1, now: now - 406 * dayMs })
      await runChild(file, { keys: whole, parallel: 1, now })
      believeClock(file, now)
      const { effects } = survivors(file)
      const { lines, exitCode } = await runChild(file, {
        keys: [],
        parallel: 1,
        now,
        purge: true,
        killBefore,
      })
      const { records, tombstones } = survivors(file)
      const kept = { records, tombstones }
      const before = { records: [...expired, ...forgotten, ...whole], tombstones: [] }
      expect(kept).toEqual(exitCode === 0 ? { records: whole, tombstones: expired } : before)
      expect(await resend(file, expired, { now, status: 410 })).toEqual(effects)
      expect(await resend(file, whole, { now })).toEqual(effects)
      if (exitCode === 0) break
      killedBefore.push(lines.at(-1) ?? '')
    }
    const words = ['DELETE', 'DELETE', 'UPDATE', 'COMMIT']
    expect(killedBefore.flatMap((line) => /DELETE|UPDATE|COMMIT/.exec(line)?.[0] ?? [])).toEqual(words)
  })

  it('has one effect for each key when two processes send all of them at once', async () => {
    const file = join(folder, 'two.db')
    const plan = { keys: keysOf('both', 40), parallel: 4 }
    const runs = await Promise.all([runChild(file, plan), runChild(file, plan)])
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    const lines = runs.flatMap((run) => run.lines)
    expect(lines.filter((line) => line.startsWith('stored'))).toHaveLength(40)
    expect(lines.filter((line) => line.startsWith('replayed'))).toHaveLength(40)
    expect(survivors(file).effects).toEqual(plan.keys)
  })
})

/** The store does not believe a jump from run to run by itself. */
function believeClock(file: string, now: number): void {
  const database = new Database(file)
  database.prepare('UPDATE idempotency_clock SET seen = ?, moved = NULL').run([now])
  database.close()
}

/** Sends every key once more, as a broker would after the crash, and gives the effects that are there then. */
async function resend(
  file: string,
  keys: readonly string[],
  { now = Date.now(), status = 200 } = {},
): Promise<string[]> {
  const database = new Database(file)
  const { run } = createIdempotency({ store: sqliteStore(database), principal: () => 'ada', now: () => now })
  for (const key of keys) {
    const headers = { 'idempotency-key': `"${key}"`, 'idempotency-principal': 'ada' }
    const request = new Request('http://localhost/claps', { method: 'POST', headers, body: key })
    const response = await run(request, ({ tx }) => {
      tx.prepare('INSERT INTO effects (key) VALUES (?)').run(key)
      return new Response('ok')
    })
    expect(response.status).toBe(status)
  }
  database.close()
  return survivors(file).effects
}
