/**
 * For the tests of apps that use redux-broker: a clock, a network and a browser that a test commands. They run in Node
 * and jsdom, under any test runner, and take no real time.
 *
 * - `createTestWorld({ network })` is a browser: `world.tab()` gives what `createBroker` takes as `world`. Several tabs
 *   share one outbox; `tab.crash()` ends one as a kill does, and the next finds what it left.
 * - `await world.settle()` waits for all that can happen without time passing; `await world.clock.advance(ms)` moves
 *   time on, and retries with it; `world.setOnline(false)` cuts the device off.
 * - `tab.setDevice({ unmetered: false })` and `tab.host.setVisible(false)` change what a route's `when` asks for;
 *   `createTestWorld({ zone: timeZone('Europe/Berlin') })` says what local time is.
 * - `world.network` answers by a script (`answer`, `acknowledge`, `noAnswer`, `cut`, `redirect`, `held`) and lists what
 *   it was asked in `requests`.
 * - Expect `world.reports` to be empty: it has what a broker would have put to the console.
 *
 * @example
 * const world = createTestWorld({ network: (request) => acknowledge(request, { likes: 8 }) })
 * const store = makeStore(createBroker({ ...options, world: world.tab() }))
 * world.setOnline(false)
 * const receipt = store.dispatch(liked({ postId: 'p1' }))
 * await world.settle()                       // accepted: it is safe on this device
 * world.setOnline(true)
 * await world.settle()
 * expect(await receipt.unwrap()).toEqual({ likes: 8 })
 *
 * @module
 */

export { memoryStore } from '../adapters/memory/memory-store.js'
export type { DeviceState, Zone } from '../core/conditions/device.js'
export { type ManualClock, manualClock } from './manual-clock.js'
export {
  acknowledge,
  answer,
  cut,
  type HeldReply,
  held,
  noAnswer,
  redirect,
  type Script,
  type ScriptedNetwork,
  type ScriptedNetworkOptions,
  type SentRequest,
  scriptedNetwork,
} from './scripted-network.js'
export type { TestHost } from './test-host.js'
export { createTestWorld, type TestTab, type TestWorld, type TestWorldOptions } from './test-world.js'
export { timeZone } from './time-zone.js'
