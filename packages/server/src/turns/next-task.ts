/** Resolves in the next task of the event loop, after timers, reads and new requests. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => (runtime.setImmediate ?? setTimeout)(resolve))

/** The faster one is Node's, Deno's and Bun's. Workers have none. */
const runtime = globalThis as { readonly setImmediate?: (task: () => void) => void }
