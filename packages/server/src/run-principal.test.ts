import { expect, it, vi } from 'vitest'
import { requestOf } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { claps, create } = world

it('SC10 compares the principal before it looks the key up', async () => {
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

it('SC10 does without the tag by option, and still refuses a wrong one', async () => {
  const { run } = create({ principalTag: 'optional' })
  expect((await run(requestOf({ principal: null }), clap)).status).toBe(201)
  expect((await run(requestOf({ principal: 'grace' }), clap)).status).toBe(403)
  const keyless = create({ key: 'optional' })
  expect((await keyless.run(requestOf({ key: null, principal: 'grace' }), clap)).status).toBe(403)
})

it('SC10 answers 401 where the user is not known, an empty name included', async () => {
  for (const user of [null, '']) {
    const response = await create().run(requestOf({ user, principal: null }), clap)
    expect(await problemIn(response)).toEqual(problem(401, 'unauthenticated'))
  }
  expect(await claps()).toBe(0)
})
