import { expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.js'
import { answer, held, scriptedNetwork } from '../../testing/scripted-network.js'
import { createConnectionPool, type ReleaseConnection, withConnectionPool } from './connection-pool.js'
import { withKnocks } from './knock-first.js'
import type { Network, WireRequest } from './network.js'

const app = 'https://app.test'
const never = new AbortController().signal

/** Connections for as many as there are. */
const readAll = (connections: ReturnType<typeof createConnectionPool>, origin = app): ReleaseConnection[] => {
  const taken: ReleaseConnection[] = []
  for (let one = connections.read(origin); one !== undefined; one = connections.read(origin)) taken.push(one)
  return taken
}

it('keeps one connection for writes, however many reads there are', async () => {
  const connections = createConnectionPool(6)
  expect(readAll(connections)).toHaveLength(5)
  expect(await connections.write(app, never)).toBeTypeOf('function')
})

it('lets a read use the only connection if the limit is one', () => {
  expect(readAll(createConnectionPool(1))).toHaveLength(1)
})

it('gives reads the connections that writes leave', async () => {
  const connections = createConnectionPool(6)
  for (let i = 0; i < 4; i++) await connections.write(app, never)
  expect(readAll(connections)).toHaveLength(2)
})

it('counts each origin by itself', () => {
  const connections = createConnectionPool(6)
  expect(readAll(connections)).toHaveLength(5)
  expect(readAll(connections, 'https://other.test')).toHaveLength(5)
})

it('gives a free connection to the write that has waited longest, before any read', async () => {
  const connections = createConnectionPool(2)
  const [read] = readAll(connections)
  const first = await connections.write(app, never)
  const free: string[] = []
  connections.onFree((origin) => free.push(origin))
  const granted: string[] = []
  for (const name of ['second', 'third'])
    void Promise.resolve(connections.write(app, never)).then((letGo) => letGo && granted.push(name))

  read?.()
  expect(connections.read(app)).toBeUndefined()
  await Promise.resolve()
  expect(granted).toEqual(['second'])
  first?.()
  await Promise.resolve()
  expect(granted).toEqual(['second', 'third'])
  expect(free).toEqual([])
})

it('tells when a connection is free and no write waits for it', () => {
  const connections = createConnectionPool(2)
  const free: string[] = []
  connections.onFree((origin) => free.push(origin))
  connections.read(app)?.()
  expect(free).toEqual([app])
})

it('takes a connection back once', () => {
  const connections = createConnectionPool(3)
  const [first] = readAll(connections)
  first?.()
  first?.()
  expect(readAll(connections)).toHaveLength(1)
})

it('removes a write that gave up', async () => {
  const connections = createConnectionPool(1)
  const letGo = connections.read(app)
  const leaving = new AbortController()
  const left = connections.write(app, leaving.signal)
  leaving.abort()
  expect(await left).toBeUndefined()
  expect(await connections.write(app, leaving.signal)).toBeUndefined()
  letGo?.()
  expect(connections.read(app)).toBeTypeOf('function')
})

const request: WireRequest = { url: `${app}/api/posts`, method: 'POST', headers: [], body: undefined }

/** A network that waits for connections, of which there is one. */
function narrow() {
  const clock = manualClock()
  const network = scriptedNetwork(undefined, { clock })
  const connections = createConnectionPool(1)
  const { send } = withConnectionPool({ network, clock }, connections).network
  return { clock, network, connections, send }
}

it('sends a write when it gets a connection, and keeps that until the reply', async () => {
  const { clock, network, connections, send } = narrow()
  const letGo = connections.read(app)
  const late = held()
  network.next(late.reply)
  const reply = send(request, { timeoutMs: 30_000, bytesMax: 1_000, signal: never })
  await clock.advance(1_000)
  expect(network.requests).toHaveLength(0)
  letGo?.()
  await clock.advance(0)
  expect(network.requests).toHaveLength(1)
  expect(connections.read(app)).toBeUndefined()
  late.release(answer(204))
  expect(await reply).toMatchObject({ status: 204 })
  expect(connections.read(app)).toBeTypeOf('function')
})

it('returns the connection if the network throws', async () => {
  const { connections, clock } = narrow()
  const network: Network = {
    ...scriptedNetwork(),
    send: () => Promise.reject(new TypeError('a malformed request')),
  }
  const { send } = withConnectionPool({ network, clock }, connections).network
  await expect(send(request, { timeoutMs: 30_000, bytesMax: 1_000, signal: never })).rejects.toThrow(
    'malformed',
  )
  expect(connections.read(app)).toBeTypeOf('function')
})

it.each([
  ['asks whether a write may leave still, once it has waited for its connection (P6)', true, false, []],
  ['sends it where it may', true, true, ['POST']],
  ['need not ask so where a connection was free', false, true, ['POST']],
])('%s', async (_what, waits, isAllowed, expected) => {
  const clock = manualClock()
  const network = scriptedNetwork(undefined, { clock })
  const connections = createConnectionPool(1)
  const ports = withKnocks({ network, clock })
  const { send } = withConnectionPool(ports, connections).network
  const asked: boolean[] = []
  const mayLeave = async (hasWaited: boolean) => {
    asked.push(hasWaited)
    return isAllowed
  }
  let isHeld = false
  const hold = () => {
    isHeld = true
  }
  const letGo = waits ? connections.read(app) : undefined
  const options = { timeoutMs: 30_000, bytesMax: 1_000, signal: never }
  const reply = send(request, { ...options, knock: { url: `${app}/`, always: false, hold, mayLeave } })
  await clock.advance(10_000)
  expect(isHeld).toBe(waits)
  letGo?.()
  await clock.advance(0)

  expect(asked).toEqual([waits])
  expect(network.requests.map(({ method }) => method)).toEqual(expected)
  if (!isAllowed) expect(await reply).toEqual({ kind: 'unsent', reason: 'busy' })
})

it('an attempt has its full time limit after the wait for a connection', async () => {
  const { clock, network, connections, send } = narrow()
  const letGo = connections.read(app)
  network.next(new Promise<never>(() => {}))
  const replies: unknown[] = []
  void send(request, { timeoutMs: 30_000, bytesMax: 1_000, signal: never }).then((reply) =>
    replies.push(reply),
  )
  await clock.advance(14_000)
  letGo?.()
  await clock.advance(15_999)
  expect(replies).toEqual([])
  await clock.advance(1)
  expect(replies).toEqual([{ kind: 'failed', timedOut: true }])
})

it('gives up a write without a connection after half of its time, and reports that nothing was sent', async () => {
  const { clock, network, connections, send } = narrow()
  const letGo = connections.read(app)
  const reply = send(request, { timeoutMs: 30_000, bytesMax: 1_000, signal: never })
  await clock.advance(15_000)
  expect(await reply).toEqual({ kind: 'unsent', reason: 'busy' })
  letGo?.()
  await clock.advance(0)
  expect(network.requests).toHaveLength(0)
  expect(connections.read(app)).toBeTypeOf('function')
})

it('P6 sends nothing for a write that was stopped while it waited', async () => {
  const { clock, network, connections, send } = narrow()
  const letGo = connections.read(app)
  const stop = new AbortController()
  const reply = send(request, { timeoutMs: 30_000, bytesMax: 1_000, signal: stop.signal })
  stop.abort()
  letGo?.()
  expect(await reply).toMatchObject({ kind: 'unsent' })
  await clock.advance(0)
  expect(network.requests).toHaveLength(0)
})
