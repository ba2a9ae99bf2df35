// The console says which bound of a full outbox was met, and how to mend it.
import { describe, expect, it } from 'vitest'
import { type App, clapped, openApp } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'

const said = consoleErrors()

const entriesText = /is full with 2 entries \(limits\.entriesMax\).*Dead letters count/
const bytesText = /no room for this write within 400 bytes \(limits\.bytesMax\).*Dead letters count/
const long = 'x'.repeat(150)
const clap = (app: App, note = '') => app.store.dispatch(clapped({ postId: 'p1', note }))

describe('the refusal of a full outbox names the limit', () => {
  it.each([
    ['entries, in one turn', { entriesMax: 2 }, ['', '', ''], false, entriesText],
    ['entries, one after another', { entriesMax: 2 }, ['', '', ''], true, entriesText],
    ['entries, where the last one is long too', { entriesMax: 2 }, ['', '', long], true, entriesText],
    ['bytes, in one turn', { bytesMax: 400 }, [long, long], false, bytesText],
    ['bytes, one after another', { bytesMax: 400 }, [long, long], true, bytesText],
    ['bytes, as the page still knows it', { bytesMax: 400 }, [long, long, long], true, bytesText],
    [
      'bytes of one alone',
      { bytesMax: 400 },
      ['x'.repeat(500)],
      true,
      /has \d+ bytes.*400.*limits\.bytesMax/,
    ],
  ] as const)('%s', async (_what, limits, notes, isSlow, text) => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world, { limits })
    await world.settle()
    for (const note of notes) {
      clap(app, note)
      if (isSlow) await world.settle()
    }
    await world.settle()

    expect(said.length).toBeGreaterThan(0)
    for (const one of said) expect(one).toMatch(text)
  })
})
