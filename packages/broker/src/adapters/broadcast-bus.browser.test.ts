import { afterEach, describe, expect, it } from 'vitest'
import type { Bus } from '../core/platform.js'
import { broadcastBus } from './broadcast-bus.js'

const open: Bus[] = []
const bus = (database: string): Bus => {
  const one = broadcastBus(database)
  open.push(one)
  return one
}
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const next = (from: Bus) => new Promise<string>((resolve) => void from.listen(resolve))

describe('a bus over BroadcastChannel', () => {
  it('reaches listeners in other realms and in its own', async () => {
    const name = crypto.randomUUID()
    const here = bus(name)
    const there = bus(name)
    const heard = [next(here), next(there)]

    here.post('changed')

    expect(await Promise.all(heard)).toEqual(['changed', 'changed'])
  })

  it('reaches no listener of another database, and none that has stopped', async () => {
    const name = crypto.randomUUID()
    const here = bus(name)
    const there = bus(name)
    const told: string[] = []
    bus(`${name}-other`).listen((hint) => void told.push(`other ${hint}`))
    const stop = there.listen((hint) => void told.push(`stopped ${hint}`))
    stop()
    const heard = next(there)

    here.post('changed')
    await heard

    expect(told).toEqual([])
  })

  it('ignores all but text from other senders on its channel', async () => {
    const name = crypto.randomUUID()
    const here = bus(name)
    const told: unknown[] = []
    here.listen((hint) => void told.push(hint))
    const heard = next(here)
    const stranger = new BroadcastChannel(`redux-broker:${name}`)

    stranger.postMessage({ type: 'drain', url: 'https://evil.example' })
    stranger.postMessage('changed')
    await heard
    stranger.close()

    expect(told).toEqual(['changed'])
  })

  it('receives nothing while its page is in the back/forward cache, still sends, and receives again afterwards', async () => {
    const name = crypto.randomUUID()
    const told: string[] = []
    const here = bus(name)
    here.listen((hint) => void told.push(hint))
    const away = new BroadcastChannel(`redux-broker:${name}`)
    const hears = () => new Promise((resolve) => away.addEventListener('message', resolve, { once: true }))

    dispatchEvent(new Event('pagehide'))
    away.postMessage('missed')
    const heard = hears()
    here.post('last words')
    await heard
    dispatchEvent(new Event('pageshow'))
    const news = next(here)
    away.postMessage('changed')
    await news
    away.close()

    expect(told).toEqual(['last words', 'changed'])
  })

  it('neither sends nor receives once closed, also after the back/forward cache, and late news do not throw', async () => {
    const name = crypto.randomUUID()
    const here = bus(name)
    const told: string[] = []
    here.listen((hint) => void told.push(hint))
    here.close()
    dispatchEvent(new Event('pageshow'))
    const heard = next(bus(name))

    expect(() => here.post('changed')).not.toThrow()
    bus(name).post('late')

    expect(await heard).toBe('late')
    expect(told).toEqual([])
  })
})
