// Reads in a real service worker's line. Two lines of one page stand for two tabs: each has a lock and ports of its own.
import { configureStore } from '@reduxjs/toolkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { browserPorts } from '../../adapters/browser-ports.js'
import { systemRandom } from '../../adapters/system/random-source.js'
import { systemClock } from '../../adapters/system/system-clock.js'
import { webLocks } from '../../adapters/web-locks.js'
import { readActive } from '../../core/outbox/partition.js'
import { readCommand } from '../../core/reads/read-messages.js'
import type { ReadEnd, ReadJob, Scheduler } from '../../core/reads/read-types.js'
import { createBroker } from '../../index.js'
import { createWorkerClient } from '../../page/delivery/worker-client.js'
import { createWorkerScheduler } from './worker-scheduler.js'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

async function startWorker(name: string, more = ''): Promise<ServiceWorkerRegistration> {
  const script = `/packages/broker/test/worker-fixture.js?name=${name}${more}`
  const scope = `/packages/broker/test/${name}/`
  const registration = await navigator.serviceWorker.register(script, { type: 'module', scope })
  cleanUp.push(() => registration.unregister())
  await vi.waitFor(() => expect(registration.active?.state).toBe('activated'))
  return registration
}

/** What the page would read itself is told from what the worker reads by this. */
const thisPage: Scheduler = {
  ask({ onEnd }) {
    onEnd({ kind: 'tooMany' })
    return { raise() {}, leave() {} }
  },
  limit() {},
}

function openTab(database: string, registration: ServiceWorkerRegistration, needs: readonly string[] = []) {
  const worker = createWorkerClient(database, needs)
  worker.use(registration)
  const scheduler = createWorkerScheduler({
    database,
    worker,
    locks: webLocks(),
    clock: systemClock,
    randomSource: systemRandom,
    fallback: thisPage,
    report: (error) => expect(error).toBeUndefined(),
  })
  const ask = (path: string, more: Partial<ReadJob> = {}) => {
    let leave = () => {}
    const end = new Promise<ReadEnd>((onEnd) => {
      const url = new URL(path, location.href).href
      const request = { url, method: 'GET', headers: [['x-view', 'short']] } as const
      const about = { key: url, partition: undefined, request, route: undefined, priority: 5 }
      leave = scheduler.ask({ ...about, onSent: () => {}, onEnd, ...more }).leave
    })
    return { end, leave: () => leave() }
  }
  return { worker, scheduler, ask }
}

function bodyOf(end: ReadEnd): unknown {
  if (end.kind !== 'answer') throw new Error(`not an answer: ${end.kind}`)
  return JSON.parse(new TextDecoder().decode(end.answer.body))
}
const headersOf = (end: ReadEnd) => (bodyOf(end) as { headers: Record<string, string> }).headers

const heldLocks = async (database: string) =>
  ((await navigator.locks.query()).held ?? [])
    .map(({ name = '' }) => name.replace(/[0-9a-f]{32}$/, '*'))
    .filter((name) => name.includes(database))

describe('the worker’s scheduler', () => {
  it('makes one request for all tabs, from the worker, with an answer for each subscriber', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const tabs = [openTab(name, registration), openTab(name, registration)]
    const path = `/wire/seen?${name}`

    const ends = await Promise.all(tabs.flatMap(({ ask }) => [ask(path).end, ask(path).end]))

    expect(ends.map(bodyOf)).toEqual([1, 1, 1, 1])
    const [one, two] = ends.map((end) => end.kind === 'answer' && end.answer.body)
    expect(one).not.toBe(two)
    const echo = headersOf(await openTab(name, registration).ask('/wire/echo').end)
    expect(echo['referer']).toContain('worker-fixture')
    expect(echo['x-view']).toBe('short')
  })

  it('aborts the request when the last subscriber has left', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const [here, there] = [openTab(name, registration), openTab(name, registration)]
    const path = `/wire/watched?${name}`
    const sent = vi.fn()
    const [first, last] = [here.ask(path, { onSent: sent }), there.ask(path, { onSent: sent })]
    await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(2))
    const state = async () => (await fetch(`/wire/watch?${name}`)).text()
    await vi.waitFor(async () => expect(await state()).toBe('open'))

    first.leave()
    // It has arrived when what was said after it has.
    await here.ask('/wire/echo').end
    expect(await state()).toBe('open')
    last.leave()
    await vi.waitFor(async () => expect(await state()).toBe('closed'))
  })

  it('makes the page hold its lock only while it has reads there', async () => {
    const name = crypto.randomUUID()
    const tab = openTab(name, await startWorker(name))
    const sent = vi.fn()
    const read = tab.ask('/wire/silent', { onSent: sent })
    await vi.waitFor(() => expect(sent).toHaveBeenCalled())
    await vi.waitFor(async () =>
      expect((await heldLocks(name)).toSorted()).toEqual([
        `redux-broker:${name}:reader:*`,
        `redux-broker:${name}:reads:*`,
      ]),
    )

    read.leave()
    await vi.waitFor(async () => expect(await heldLocks(name)).toEqual([`redux-broker:${name}:reads:*`]))
  })

  it('prepares the headers by the worker’s own function, for its user only (P6)', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name, '&token=worker')
    const tab = openTab(name, registration, ['prepareHeaders'])
    const ofNobody = await tab.ask('/wire/echo').end
    const ofAnother = await tab.ask('/wire/echo', { key: 'another', partition: 'another' }).end
    const own = await tab.ask('/wire/echo', { partition: await signIn(name) }).end

    expect(ofNobody.kind).toBe('tooMany')
    expect(ofAnother.kind).toBe('failed')
    expect(headersOf(own)['x-token']).toBe('worker')
  })

  it('leaves reads to the page if the worker lacks a function or may not send there', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const other = await (await fetch('/wire/other-origin')).text()
    const tab = openTab(name, registration, ['prepareHeaders'])

    expect((await tab.ask('/wire/echo', { partition: 'p' }).end).kind).toBe('tooMany')
    expect((await openTab(name, registration).ask(`${other}/wire/echo`).end).kind).toBe('tooMany')
    await tab.worker.drain('signal')
    expect(tab.worker.forReads()).toBeUndefined()
  })

  it('obeys no message but a read command for its own database', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const url = new URL(`/wire/watched?${name}`, location.href).href
    const request = { url, method: 'GET', headers: [] } as const
    const ask = { id: 1, key: url, partition: undefined, request, route: undefined, priority: 1 }
    const command = readCommand({ database: name, tab: '', needs: [], limit: undefined, asks: [ask] })
    const say = (data: unknown) => registration.active?.postMessage(data, [new MessageChannel().port2])

    say({ ...command, database: 'another' })
    say({ ...command, asks: [{ ...ask, request: { ...request, method: 'DELETE' } }] })
    say({ ...command, asks: [{ ...ask, request: { ...request, url: '/wire/watched' } }] })
    await openTab(name, registration).ask('/wire/echo').end

    expect(await (await fetch(`/wire/watch?${name}`)).text()).toBe('never')
  })
})

/** Has a user signed in by a broker of this database; gives the name that stands for it. */
async function signIn(name: string): Promise<string> {
  const broker = createBroker({ user: () => 'ada', routes: [], name })
  configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  cleanUp.push(() => broker.stop())
  await broker.ready
  const { store } = browserPorts(name, () => import('../../page/deferred-code.js'))
  cleanUp.push(() => store.close())
  return (await store.transact('readonly', 'relaxed', readActive))?.partition ?? 'nobody'
}
