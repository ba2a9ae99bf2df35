// The entry point for tests of apps that use redux-broker: a clock, a network and a browser that a test commands.
// They run in Node and jsdom, under any test runner, and take no real time.
export { memoryStore } from '../adapters/memory-store.js'
export { type ManualClock, manualClock } from './manual-clock.js'
export {
  acknowledge,
  answer,
  cut,
  failed,
  type HeldReply,
  held,
  redirect,
  type Script,
  type ScriptedNetwork,
  type ScriptedNetworkOptions,
  type SentRequest,
  scriptedNetwork,
} from './scripted-network.js'
export type { TestHost } from './test-host.js'
export { createTestWorld, type TestTab, type TestWorld, type TestWorldOptions } from './test-world.js'
