import { describe, expect, it } from 'vitest'
import { webLocks } from './web-locks.js'

const never = new AbortController().signal
let count = 0
const fresh = () => `lock-${count++}-${crypto.randomUUID()}`

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

describe('Web Locks', () => {
  it('run one holder at a time, in the order of asking', async () => {
    const name = fresh()
    const first = gate()
    const told: string[] = []

    const one = webLocks().hold(name, { signal: never }, async () => {
      told.push('one in')
      await first.opened
      told.push('one out')
    })
    const two = webLocks().hold(name, { signal: never }, async () => void told.push('two'))
    const other = webLocks().hold(fresh(), { signal: never }, async () => void told.push('other'))
    await other
    first.open()
    await Promise.all([one, two])

    expect(told).toEqual(['one in', 'other', 'one out', 'two'])
    expect(webLocks().available).toBe(true)
  })

  it('are free again after work that fails, and the failure is passed on', async () => {
    const name = fresh()

    await expect(
      webLocks().hold(name, { signal: never }, () => Promise.reject(new Error('work'))),
    ).rejects.toThrow('work')
    const next = webLocks().hold(name, { signal: never }, async () => {})

    await expect(next).resolves.toBeUndefined()
  })

  it('are given up by a waiter that aborts, and kept by a holder that aborts', async () => {
    const name = fresh()
    const first = gate()
    const halt = new AbortController()
    const holder = new AbortController()
    const told: string[] = []
    const taken = gate()
    const held = webLocks().hold(name, { signal: holder.signal }, () => {
      taken.open()
      return first.opened
    })
    await taken.opened
    const waiting = webLocks().hold(name, { signal: halt.signal }, async () => void told.push('never'))
    const after = webLocks().hold(name, { signal: never }, async () => void told.push('after'))

    halt.abort()
    holder.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    const whileHeld = [...told]
    first.open()
    await Promise.all([held, after])

    expect(whileHeld).toEqual([])
    expect(told).toEqual(['after'])
  })

  it('can be stolen from a holder, which is told and whose work is waited for', async () => {
    const name = fresh()
    const [taken, ended] = [gate(), gate()]
    const told: string[] = []
    const robbed = webLocks().hold(name, { signal: never }, async (lost) => {
      lost.addEventListener('abort', () => told.push('lost'))
      taken.open()
      await ended.opened
      told.push('ended')
    })
    await taken.opened
    const next = webLocks().hold(name, { signal: never }, async () => void told.push('next'))

    await webLocks().hold(name, { signal: never, steal: true }, async () => void told.push('stolen'))
    await next
    ended.open()
    await robbed

    expect(told.toSorted()).toEqual(['ended', 'lost', 'next', 'stolen'])
    expect(told.at(-1)).toBe('ended')
  })

  it('are not stolen by an aborted request', async () => {
    const name = fresh()
    const [taken, ended] = [gate(), gate()]
    const halt = new AbortController()
    const told: string[] = []
    const held = webLocks().hold(name, { signal: never }, async (lost) => {
      taken.open()
      await ended.opened
      told.push(String(lost.aborted))
    })
    await taken.opened
    halt.abort()

    const steal = webLocks().hold(name, { signal: halt.signal, steal: true }, async () => {})

    await expect(steal).rejects.toMatchObject({ name: 'AbortError' })
    ended.open()
    await held
    expect(told).toEqual(['false'])
  })

  it('are freed by the browser when the page of their holder ends', async () => {
    const name = fresh()
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const there = frame.contentWindow?.navigator.locks
    const taken = gate()
    there?.request(name, () => {
      taken.open()
      return new Promise(() => {})
    })
    await taken.opened
    const mine = webLocks().hold(name, { signal: never }, async () => {})

    frame.remove()

    await expect(mine).resolves.toBeUndefined()
  })
})
