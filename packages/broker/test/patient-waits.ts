// A wait for a state ends when the state is there. Vitest's own last resort of one second fails on a busy machine.
import { vi } from 'vitest'

const lastResortMs = 30_000
const { waitFor } = vi

vi.waitFor = (look, options = {}) =>
  waitFor(look, { timeout: lastResortMs, ...(typeof options === 'number' ? { timeout: options } : options) })
