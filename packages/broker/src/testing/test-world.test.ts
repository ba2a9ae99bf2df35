import { describe, expect, it } from 'vitest'
import {
  acknowledge,
  answer,
  createTestWorld,
  cut,
  held,
  manualClock,
  noAnswer,
  redirect,
  scriptedNetwork,
} from './index.js'

const request = (url = 'https://app.test/x', headers: readonly (readonly [string, string])[] = []) => ({
  url,
  method: 'POST',
  headers,
  body: undefined,
})

const patient = { timeoutMs: 1_000, bytesMax: 1_000, signal: new AbortController().signal }

describe('scriptedNetwork', () => {
  it('answers by its list first, then as a server that honours the key', async () => {
    const network = scriptedNetwork([answer(503), noAnswer({ timedOut: true }), cut(201), redirect()])

    const replies = []
    for (let i = 0; i < 5; i++)
      replies.push(await network.send(request(undefined, [['Idempotency-Key', '"k"']]), patient))

    expect(replies).toEqual([
      { kind: 'answer', status: 503, headers: {}, body: '' },
      { kind: 'failed', timedOut: true },
      { kind: 'cut', status: 201 },
      { kind: 'redirect' },
      {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/json', 'idempotency-key': '"k"' },
        body: '{}',
      },
    ])
    expect(network.requests[0]).toMatchObject({ key: 'k', headers: { 'idempotency-key': '"k"' } })
  })

  it('answers by a function of the request, and otherwise from now on', async () => {
    const network = scriptedNetwork((given) => acknowledge(given, given.url))
    const first = await network.send(request('https://app.test/a'), patient)
    network.always(answer(500))
    network.next(answer(404))

    expect(first).toMatchObject({ body: '"https://app.test/a"' })
    expect(await network.send(request(), patient)).toMatchObject({ status: 404 })
    expect(await network.send(request(), patient)).toMatchObject({ status: 500 })
  })

  it('holds a reply until it is released, gives up at the time limit and at the signal', async () => {
    const clock = manualClock()
    const { reply, release } = held()
    const network = scriptedNetwork(reply, { clock })
    const halt = new AbortController()
    const late = network.send(request(), patient)
    const stopped = network.send(request(), { ...patient, signal: halt.signal })
    halt.abort()
    await clock.advance(1_000)
    const again = network.send(request(), patient)
    release(answer(200, 'x'))

    expect(await late).toEqual(noAnswer({ timedOut: true }))
    expect(await stopped).toEqual(noAnswer())
    expect(await again).toMatchObject({ status: 200 })
  })

  it('sends text of another content type as it is', () => {
    expect(answer(200, '<p>', { 'content-type': 'text/html' })).toMatchObject({ body: '<p>' })
  })
})

describe('a test world', () => {
  it('is offline and online for all tabs at once, and sends no requests offline', async () => {
    const world = createTestWorld()
    const { host, ports } = world.tab()
    const heard: string[] = []
    host.listen((signal) => void heard.push(signal))

    world.setOnline(false)
    const reply = await ports.network.send(request(), patient)
    world.setOnline(true)

    expect(reply).toEqual(noAnswer())
    expect(heard).toEqual(['change', 'wake'])
    expect(world.network.requests).toEqual([])
    expect(host.believesOnline()).toBe(true)
  })

  it('crashes a tab: its timers, reads, requests and listeners are silent from then on', async () => {
    const world = createTestWorld()
    const { host, ports, crash } = world.tab()
    const other = world.tab()
    const told: string[] = []
    ports.clock.after(10, () => told.push('timer'))
    host.listen(() => void told.push('event'))
    host.frame(() => told.push('frame'))
    ports.bus.listen(() => void told.push('news'))
    void ports.network.send(request(), patient).then(() => told.push('reply'))
    void ports.store.transact('readonly', 'relaxed', async () => {}).then(() => told.push('read'))

    crash()
    other.ports.bus.post('changed')
    host.focus()
    world.setOnline(false)
    await world.clock.advance(100)

    expect(told).toEqual([])
  })

  it('frees the lock of a tab that crashes, and passes it on in the order of asking', async () => {
    const world = createTestWorld()
    const [first, second, third] = [world.tab(), world.tab(), world.tab()]
    const told: string[] = []
    const hold = ({ ports }: typeof first, name: string, work: () => Promise<void>) =>
      ports.locks.hold('lock', { signal: patient.signal }, () => {
        told.push(name)
        return work()
      })
    void hold(first, 'first', () => new Promise(() => {}))
    const done = [hold(second, 'second', async () => {}), hold(third, 'third', async () => {})]
    await world.settle()
    const before = [...told]

    first.crash()
    await Promise.all(done)

    expect(before).toEqual(['first'])
    expect(told).toEqual(['first', 'second', 'third'])
  })

  it('freezes a tab: it keeps its lock, and gets all events when it thaws', async () => {
    const world = createTestWorld()
    const { host, ports, freeze, thaw } = world.tab()
    const other = world.tab()
    const told: string[] = []
    const halt = new AbortController()
    await ports.locks.hold('free', patient, async () => {})
    void ports.locks.hold('lock', patient, (lost) => {
      lost.addEventListener('abort', () => told.push('lost'))
      return new Promise(() => {})
    })
    await world.settle()
    freeze()
    ports.clock.after(10, () => told.push('timer'))
    host.listen(() => void told.push('event'))
    void ports.network.send(request(), patient).then(() => told.push('reply'))
    const waiting = other.ports.locks.hold('lock', { signal: halt.signal }, async () => {})
    waiting.catch(() => told.push('called off'))
    host.focus()
    await world.clock.advance(100)
    halt.abort()
    await other.ports.locks.hold('lock', { ...patient, steal: true }, async () => void told.push('stolen'))
    const whileFrozen = [...told]

    thaw()
    await world.settle()

    expect(whileFrozen.toSorted()).toEqual(['called off', 'stolen'])
    expect(told.slice(2).toSorted()).toEqual(['event', 'lost', 'reply', 'timer'])
  })

  it('repeats a run with the same seed, and varies it with another', () => {
    const ids = (seed: number) => {
      const { randomSource } = createTestWorld({ seed }).tab().ports
      return [randomSource.id(), randomSource.random(), randomSource.id()]
    }

    expect(ids(7)).toEqual(ids(7))
    expect(ids(7)).not.toEqual(ids(8))
    expect(ids(7)[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  it('keeps the disk for later tabs, and the reports', async () => {
    const world = createTestWorld()
    const first = world.tab()
    await first.ports.store.transact('readwrite', 'strict', async (tx) =>
      tx.put('settings', { name: 'salt', value: 's' }),
    )
    first.ports.report('trouble')
    first.crash()

    const row = await world
      .tab()
      .ports.store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['salt']))

    expect(row).toEqual({ name: 'salt', value: 's' })
    expect(world.reports).toEqual(['trouble'])
  })
})
