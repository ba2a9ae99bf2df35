import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { liked, makeBroker, makeStore } from '../../../test/page-fixture.js'

afterEach(() => vi.restoreAllMocks())

describe('on a server', () => {
  it('passes actions on unmarked, refuses receipts and throws nothing, for a store per request', async () => {
    const broker = makeBroker(undefined)

    for (const _request of [1, 2]) {
      const { store, actions } = makeStore(broker)
      const receipt = store.dispatch(liked({ postId: 'p1' }))
      expect(actions).toEqual([liked({ postId: 'p1' })])
      expect(await receipt.accepted).toEqual({ status: 'notAccepted', reason: 'storageUnavailable' })
      expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'storageUnavailable' })
      expect(await receipt.cancel()).toBe('tooLate')
      await expect(receipt.unwrap()).rejects.toThrow('notAccepted')
      expect(store.getState().posts.byId['p1']?.likes).toBe(1)
    }
    await broker.ready
    await broker.stop()
    expect(broker.capabilities()).toEqual({
      secureContext: false,
      storage: false,
      worker: 'none',
      backgroundSync: false,
      workerLacks: [],
      persisted: undefined,
      backup: 'none',
      locks: typeof navigator !== 'undefined' && navigator.locks !== undefined,
    })
  })

  it('registers no worker and prints nothing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const broker = makeBroker(undefined)

    await broker.register('/sw.js')

    expect(warn).not.toHaveBeenCalled()
  })

  it('leaves no handle open, so that the process ends', () => {
    const script = `
      import { createBroker } from 'redux-broker'
      const broker = createBroker({ user: () => 'ada', routes: [] })
      const next = broker.middleware({ getState: () => ({}), dispatch() {} })((action) => action)
      next({ type: 'x' })
      await broker.ready
      console.log('used')
    `
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('..', import.meta.url),
      timeout: 20_000,
      encoding: 'utf8',
    })

    expect(output.trim()).toBe('used')
  })
})
