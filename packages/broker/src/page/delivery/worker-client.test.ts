import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askCommand, draining } from '../../core/delivery/drain-messages.js'
import { createWorkerClient } from './worker-client.js'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A registration whose worker answers every command so. */
const answering = (answer: unknown) => {
  const active = { postMessage: (_: unknown, [port]: MessagePort[]) => port?.postMessage(answer) }
  return { active } as unknown as ServiceWorkerRegistration
}

/** A registration whose worker answers nothing by itself. */
function silent() {
  const ports: MessagePort[] = []
  const active = {
    scriptURL: 'https://app.example/sw.js',
    postMessage: (_: unknown, [port]: MessagePort[]) => ports.push(port as MessagePort),
  }
  return { registration: { active } as unknown as ServiceWorkerRegistration, ports }
}

it('waits once for a silent worker, and not again until the worker has answered', async () => {
  vi.useFakeTimers()
  const { registration, ports } = silent()
  const client = createWorkerClient('db', [])
  client.use(registration)

  const first = client.drain('signal')
  await vi.advanceTimersByTimeAsync(2_000)

  expect(await first).toBe(false)
  expect(client.state()).toBe('silent')
  expect(await client.drain('signal')).toBe(false)
  expect(ports).toHaveLength(3)
  for (const port of ports) port.close()
})

it('asks a worker before it calls it active', async () => {
  vi.useFakeTimers()
  const without = silent()
  const client = createWorkerClient('db', [])

  client.use(without.registration)
  expect(client.state()).toBe('starting')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(client.state()).toBe('silent')

  vi.useRealTimers()
  client.use(answering(draining([])))
  expect(client.state()).toBe('starting')
  await vi.waitFor(() => expect(client.state()).toBe('active'))
  client.use(answering('a word of another library'))
  await vi.waitFor(() => expect(client.state()).toBe('silent'))
  for (const port of without.ports) port.close()
})

it('only queries a new worker and starts no drain, since nobody may be signed in yet (P6)', () => {
  const said: unknown[] = []
  const active = {
    postMessage: (command: unknown, [port]: MessagePort[]) => {
      said.push(command)
      port?.close()
    },
  }
  createWorkerClient('db', []).use({ active } as unknown as ServiceWorkerRegistration)

  expect(said).toEqual([askCommand('db')])
})

it('relies on a late worker from its answer on', async () => {
  vi.useFakeTimers()
  const { registration, ports } = silent()
  const client = createWorkerClient('db', [])
  client.use(registration)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(client.state()).toBe('silent')

  vi.useRealTimers()
  ports[0]?.postMessage(draining([]))

  await vi.waitFor(() => expect(client.state()).toBe('active'))
})

it('tells which required functions the worker lacks, after the worker has listed its own', async () => {
  const client = createWorkerClient('db', ['prepareHeaders'])
  expect(client.lacks()).toEqual(['prepareHeaders'])

  client.use(answering(draining(['prepareHeaders', 'another'])))
  expect(await client.drain('signal')).toBe(true)
  expect(client.lacks()).toEqual([])

  client.use(answering(draining([])))
  expect(await client.drain('signal')).toBe(true)
  expect(client.lacks()).toEqual(['prepareHeaders'])
})

it.each([
  ['is in the session of another app', 'q', 'p', false],
  ['is in no session', '', 'p', false],
  ['is in the session of this page', 'p', 'p', true],
  ['does not say, as an older release', undefined, 'p', true],
  ['is asked by a page that is in none', 'q', undefined, true],
])('relies on a worker that %s: %j for %j, %j', async (_, theirs, mine, isTaken) => {
  const client = createWorkerClient('db', [])
  client.use(answering(draining([], theirs)))

  expect(await client.drain('signal', mine)).toBe(isTaken)
  expect(client.state()).toBe(isTaken ? 'active' : 'silent')
})

const apis = ['https://api.example', 'https://files.example']

it.each([
  ['all, of one that says nothing of origins, as an older release', ['reads'], apis],
  ['one, of one that was told of the other', ['reads', 'https://app.example', apis[0]], [apis[1]]],
  ['one that is written otherwise', [...apis.slice(1), `${apis[0]}/`], [apis[0]]],
  ['none, of one that was told of more', [...apis, 'https://more.example'], []],
])('tells which origins the worker lacks: %s', async (_, has, lacks) => {
  const client = createWorkerClient('db', [], { origins: apis })
  client.use(answering(draining(has as string[])))
  await client.drain('signal')

  expect(client.lacks()).toEqual(lacks)
})

it('warns once of origins that the worker does not know, and how to add them', async () => {
  const client = createWorkerClient('db', ['prepareHeaders'], { origins: apis })
  client.use(answering(draining([apis[0] as string])))
  await client.drain('signal')
  await client.drain('signal')

  expect(console.warn).toHaveBeenCalledTimes(1)
  expect(console.warn).toHaveBeenCalledWith(expect.stringMatching(/does not know https:\/\/files\.example,/))
})

it('warns once of a worker that does not serve this database', async () => {
  vi.useFakeTimers()
  const { registration, ports } = silent()
  const client = createWorkerClient('shop', [])
  client.use(registration)
  void client.drain('signal')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(console.warn).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(10_000)

  expect(console.warn).toHaveBeenCalledTimes(1)
  expect(console.warn).toHaveBeenCalledWith(expect.stringMatching(/sw\.js does not answer .* 'shop'/))
  for (const port of ports) port.close()
})

it('treats an unknown answer as none: the page delivers', async () => {
  const client = createWorkerClient('db', [])
  client.use(answering('redux-broker/draining'))

  expect(await client.drain('signal')).toBe(false)
})
