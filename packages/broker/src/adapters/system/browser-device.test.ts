import { describe, expect, it } from 'vitest'
import { browserDevice } from './browser-device.js'

interface State {
  readonly type?: string | undefined
  readonly effectiveType?: string
  readonly saveData?: boolean
  readonly rtt?: number
}
const connected = (state: State) => {
  const connection = Object.assign(new EventTarget(), state)
  const change = (more: State) => {
    Object.assign(connection, more)
    connection.dispatchEvent(new Event('change'))
  }
  return { connection, change }
}

describe('browserDevice', () => {
  it('reports nothing that the browser does not report', () => {
    const device = browserDevice({})

    expect(device.now()).toEqual({})
    expect(() => device.listen(() => {})()).not.toThrow()
  })

  it.each([
    ['wifi', true],
    ['ethernet', true],
    ['cellular', false],
    ['bluetooth', false],
    ['wimax', false],
    ['unknown', undefined],
    ['none', undefined],
    ['other', undefined],
    [undefined, undefined],
  ])('counts a connection of type %s as unmetered: %s', (type, unmetered) => {
    expect(browserDevice(connected({ type })).now().unmetered).toBe(unmetered)
  })

  it('passes on the browser’s speed of connection and its wish to save data', () => {
    const state = { type: 'wifi', effectiveType: '3g', saveData: true }

    expect(browserDevice(connected(state)).now()).toEqual({
      unmetered: true,
      effectiveType: '3g',
      saveData: true,
    })
  })

  it('reports changes that conditions use, and not every estimate, until the listener stops', () => {
    const { connection, change } = connected({ type: 'cellular', effectiveType: '4g' })
    const device = browserDevice({ connection })
    const heard: unknown[] = []
    const stop = device.listen(() => heard.push(device.now().unmetered))

    change({ rtt: 100 })
    change({ type: 'wifi' })
    change({ rtt: 150 })
    stop()
    change({ type: 'cellular' })

    expect(heard).toEqual([true])
  })
})
