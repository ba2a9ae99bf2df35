import { describe, expect, it } from 'vitest'
import type { Locks } from '../core/platform.js'
import { readCommand } from '../core/reads/read-messages.js'
import type { ReadJob, Scheduler } from '../core/reads/read-types.js'
import { createReadServer } from './serve-reads.js'

const request = { url: 'https://app.test/me', method: 'GET', headers: [] } as const
const read = { key: 'k', partition: 'p', request, route: 'me/load', priority: 4 }
const about = { database: 'db', tab: 't', needs: [], limit: undefined }

/** A worker whose locks are granted at the test's word. */
function setUp() {
  const asks: (ReadJob & { readonly raised: number[] })[] = []
  const locks = new Map<string, () => void>()
  const words: unknown[] = []
  const scheduler: Scheduler = {
    ask(ask) {
      const raised: number[] = []
      asks.push({ ...ask, raised })
      return { raise: (to) => void raised.push(to), leave: () => void words.push('left the line') }
    },
    limit() {},
  }
  const held: Locks = {
    available: true,
    hold: (name, { signal }, work) =>
      new Promise((resolve) => {
        locks.set(name, () => void work(signal).then(resolve))
        signal.addEventListener('abort', () => void locks.delete(name))
      }),
  }
  const server = createReadServer({
    database: 'db',
    scheduler,
    locks: held,
    instance: 'i',
    serves: (origin, needs) => origin === 'https://app.test' && !needs.includes('missing'),
    report: (error) => void words.push(error),
  })
  const port = { postMessage: (word: unknown) => void words.push(word) } as MessagePort
  const say = (data: unknown) => port.onmessage?.({ data } as MessageEvent)
  const serve = (more: object = {}, ask: object = {}) =>
    server.serve(readCommand({ ...about, asks: [{ ...read, id: 3, ...ask }], ...more }), port)
  const grant = async (name: string) => {
    locks.get(name)?.()
    await Promise.resolve()
  }
  return { asks, words, serve, say, grant, locks }
}

describe('a worker that gets a read command', () => {
  it('accepts a read once it holds its lock, since the page then waits for that lock', async () => {
    const { asks, words, serve, grant } = setUp()
    void serve()
    await Promise.resolve()
    expect(asks).toMatchObject([read])
    expect(words).toEqual([])

    await grant('redux-broker:db:reads:i')
    expect(words).toEqual([{ type: 'taken', by: 'i' }])
  })

  it('stays awake until the answer is there, and then forgets the tab', async () => {
    const { asks, words, serve, locks } = setUp()
    let isServed = false
    const served = serve().then(() => {
      isServed = true
    })
    await Promise.resolve()
    expect([...locks.keys()]).toContain('redux-broker:db:reader:t')
    expect(isServed).toBe(false)

    asks[0]?.onSent(7)
    asks[0]?.onEnd({ kind: 'timedOut' })
    await served

    expect(words).toEqual([
      { type: 'sent', id: 3, order: 7 },
      { type: 'end', id: 3, end: { kind: 'timedOut' } },
    ])
    expect([...locks.keys()]).toEqual(['redux-broker:db:reads:i'])
  })

  it.each([
    ['the reader leaves', ({ say }: ReturnType<typeof setUp>) => say({ type: 'leave', id: 3 })],
    ['its tab is gone', ({ grant }: ReturnType<typeof setUp>) => grant('redux-broker:db:reader:t')],
  ])('removes the read, and may sleep, when %s', async (_, end) => {
    const world = setUp()
    const served = world.serve()
    end(world)
    await served

    expect(world.words).toEqual(['left the line'])
  })

  it('raises a read at its subscriber’s message, and ignores unknown messages', () => {
    const { asks, words, serve, say } = setUp()
    void serve()
    for (const word of [null, 7, 'leave', {}, { id: 3, type: 'raise' }, { id: 4, type: 'leave' }]) say(word)
    say({ type: 'raise', id: 3, priority: 0 })
    say({ type: 'raise', id: 3, priority: 2 })

    expect(asks[0]?.raised).toEqual([2])
    expect(words).toEqual([])
  })

  it.each([
    [
      'is for an origin that it may not send to',
      {},
      { request: { ...request, url: 'https://app.test.evil/' } },
    ],
    ['is for no origin at all', {}, { request: { ...request, url: '/me' } }],
    ['needs a function that it lacks', { needs: ['missing'] }, {}],
    ['needs a function, which would be told of no user', { needs: ['given'] }, { partition: undefined }],
  ])('refuses a read that %s', async (_, more, ask) => {
    const { asks, words, serve } = setUp()
    await serve(more, ask)

    expect(words).toEqual([{ type: 'refused', id: 3 }])
    expect(asks).toEqual([])
  })
})
