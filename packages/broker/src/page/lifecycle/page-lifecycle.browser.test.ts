// The events by which a page hears of its own life in a browser.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { browserLifecycle, type LifecycleSignal } from './page-lifecycle.js'

afterEach(() => void vi.restoreAllMocks())

describe('a page in a browser', () => {
  it('begins nothing when it enters the back/forward cache, and wakes when it comes back', () => {
    const heard: LifecycleSignal[] = []
    const stop = browserLifecycle().listen((signal) => void heard.push(signal))
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const hide = () => document.dispatchEvent(new Event('visibilitychange'))

    window.dispatchEvent(new Event('pagehide'))
    hide()
    expect(heard).toEqual([])
    window.dispatchEvent(new Event('pageshow'))
    hide()
    stop()

    expect(heard).toEqual(['wake', 'change'])
  })
})
