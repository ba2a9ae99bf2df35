// Commands that are called without the id of an entry.
import { afterEach, describe, expect, it, vi } from 'vitest'

const commands = ['retry', 'discard', 'cancel', 'markDelivered'] as const
const noIds: readonly (readonly [text: string, id: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['7', 7],
  ['an object with id, reason', { id: 'e', reason: 'refused' }],
  ['an array', ['e']],
]

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** Calls a command as code without types may, with the modules as a build of this mode has them. */
async function call(mode: 'development' | 'production', command: (typeof commands)[number], id: unknown) {
  vi.stubEnv('NODE_ENV', mode)
  vi.resetModules()
  const { openApp } = await import('../../test/page-fixture.js')
  const { createTestWorld } = await import('../testing/index.js')
  const all: object = await import('../index.js')
  const world = createTestWorld()
  const { broker } = openApp(world)
  await world.settle()
  return (all as Record<string, (...given: unknown[]) => Promise<string>>)[command]?.(broker, id)
}

describe.each(commands)('%s()', (command) => {
  it.each(noIds)('rejects in development, and says how to mend it, given %s for an id', async (text, id) => {
    const error = await call('development', command, id).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(
      `a command expects the id of an entry, which is a string; got ${text}. Pass the \`id\` of a receipt`,
    )
  })

  it.each(noIds)('finds no entry in production, given %s for an id', async (_text, id) => {
    expect(await call('production', command, id)).toBe('notFound')
  })

  it('finds no entry of an unknown id', async () => {
    expect(await call('development', command, 'e')).toBe('notFound')
  })
})
