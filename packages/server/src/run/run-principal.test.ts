import { expect, it, vi } from 'vitest'
import { requestOf } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { claps, create } = world

it('compares the principal before it looks the key up', async () => {
  const looked = vi.spyOn(world.store, 'runOnce')
  const { run } = create()
  await run(requestOf({ user: 'ada' }), () => new Response('for ada'))
  const response = await run(requestOf({ user: 'grace', principal: 'ada' }), clap)
  expect(await response.clone().text()).not.toContain('ada')
  expect(await problemIn(response)).toEqual(problem(403, 'principal-mismatch'))
  const tagless = await run(requestOf({ principal: null }), clap)
  expect(await problemIn(tagless)).toEqual(problem(400, 'principal-required'))
  expect(looked).toHaveBeenCalledTimes(1)
  expect(await claps()).toBe(0)
})

it('works without the tag by option, and still refuses a wrong one', async () => {
  const { run } = create({ principalTag: 'optional' })
  expect((await run(requestOf({ principal: null }), clap)).status).toBe(201)
  expect((await run(requestOf({ principal: 'grace' }), clap)).status).toBe(403)
  const keyless = create({ key: 'optional' })
  expect((await keyless.run(requestOf({ key: null, principal: 'grace' }), clap)).status).toBe(403)
})

it('answers 401 if the user is unknown or has an empty name', async () => {
  for (const user of [null, '']) {
    const response = await create().run(requestOf({ user, principal: null }), clap)
    expect(await problemIn(response)).toEqual(problem(401, 'unauthenticated'))
  }
  expect(await claps()).toBe(0)
})

const ids = [
  ['plain ASCII as it is', 'auth0|a-b_c.d@x.example', 'auth0|a-b_c.d@x.example'],
  ['another script', '李', '%E6%9D%8E'],
  ['Latin letters beyond ASCII', 'łukasz', '%C5%82ukasz'],
  ['an emoji', '😀', '%F0%9F%98%80'],
  ['blanks at its ends', ' ada ', '%20ada%20'],
  ['a line break', 'a\nb', 'a%0Ab'],
  ['a percent sign', 'a%20b', 'a%2520b'],
  ['a number as its text', 0, '0'],
] as const

it.each(ids)('accepts any id: %s', async (_name, user, tag) => {
  const { run } = create({ principal: () => user })
  expect((await run(requestOf({ principal: tag }), clap)).status).toBe(201)
  expect(await world.claps()).toBe(1)
})

it('does not confuse an id with its encoded form, and does not accept it unencoded', async () => {
  const { run } = create({ principal: () => 'a%20b' })
  expect((await run(requestOf({ principal: 'a%20b' }), clap)).status).toBe(403)
  expect((await run(requestOf({ principal: 'a b' }), clap)).status).toBe(403)
  const nobody = create({ principal: () => null })
  expect((await nobody.run(requestOf({ principal: 'null' }), clap)).status).toBe(401)
})

it('has no encoded form for a lone surrogate, so such an id matches no tag', async () => {
  const { run } = create({ principal: () => 'a\ud800' })
  expect((await run(requestOf({ principal: 'a%EF%BF%BD' }), clap)).status).toBe(403)
})

const mistakes: readonly (readonly [given: unknown, told: string])[] = [
  [true, 'true'],
  [false, 'false'],
  [{ id: 'ada' }, 'an object'],
  [['ada', 'acme'], 'an array'],
  [() => 'ada', 'a function'],
  [7n, '7'],
  [Number.NaN, 'NaN'],
  [Symbol('ada'), 'Symbol(ada)'],
]

it.each(mistakes)(
  'answers 500 if principal returns %o, and tells onError what was expected',
  async (given, told) => {
    const { run, status } = create({ principal: () => given as string, principalTag: 'optional' })
    const asked = [
      await run(requestOf({ principal: null }), clap),
      await run(requestOf(), clap),
      await status(requestOf({ principal: null }), 'key-of-sixteen-or-more'),
    ]
    for (const response of asked) expect((await problemIn(response)).type).toContain(':failed')
    const said = `principal: got ${told}, expected a string, a finite number, or undefined for nobody`
    expect(world.errors).toEqual(Array(3).fill(new TypeError(said)))
    expect(await claps()).toBe(0)
  },
)

it.each([true, 7, undefined, { id: 'ada' }])('purgePrincipal refuses %o', async (given) => {
  await expect(create().purgePrincipal(given as string)).rejects.toThrow('purgePrincipal: got')
})
