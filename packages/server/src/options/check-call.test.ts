import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { fastifyHandler, nodeHandler } from '../node.js'
import { requestOf } from '../run/request-fixture.js'
import { clap, useMemoryWorld } from '../run/run-fixture.js'

const world = useMemoryWorld()

const incoming = { method: 'POST', url: '/claps', headers: { cookie: 'a=b' } } as unknown as IncomingMessage

describe.each<readonly [got: string, request: unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['an object', incoming],
  ['an object', { raw: requestOf(), url: '/claps' }],
  ['"http://localhost/claps"', 'http://localhost/claps'],
])('%s in place of a Request', (got, request) => {
  it('is an explained TypeError of run() and status(), without any effect', async () => {
    const { run, status } = world.create()
    const said = `got ${got}, expected a Request of Fetch`
    await expect(run(request as Request, clap)).rejects.toThrow(`run: ${said}`)
    await expect(status(request as Request, 'key')).rejects.toThrow(`status: ${said}`)
    await expect(run(request as Request, clap)).rejects.toBeInstanceOf(TypeError)
    expect([await world.claps(), world.errors]).toEqual([0, []])
  })
})

it.each([undefined, null, new Response(), 'clap'])('refuses %o in place of a handler', async (handler) => {
  await expect(world.create().run(requestOf(), handler as never)).rejects.toThrow('expected a handler')
  for (const make of [nodeHandler, fastifyHandler]) {
    expect(() => make(handler as never)).toThrow('expected a function: give one from a Request to a Response')
  }
})

it.each<readonly [args: readonly unknown[], said: string]>([
  [[0], 'recordsMax: got 0, expected a whole number'],
  [['100'], 'recordsMax: got "100", expected a whole number'],
  [[{ clockIsRight: true }], 'recordsMax: got an object, expected a whole number'],
  [[10, { clockIsRigth: true }], 'purge: got the option "clockIsRigth", expected one of clockIsRight'],
  [[10, { clockIsRight: 'yes' }], 'clockIsRight: got "yes", expected true or false'],
  [[10, true], 'purge: got true, expected an object of options'],
  [[10, null], 'purge: got null, expected an object of options'],
])('refuses purge(...%j) with an explanation', async (args, said) => {
  const { purge } = world.create()
  await expect(purge(...(args as Parameters<typeof purge>))).rejects.toThrow(said)
})
