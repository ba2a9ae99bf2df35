import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'
import { given, secret } from '../fixtures/storable-headers.fixture.js'
import { readHeaders } from './request-headers.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('a header of a read', () => {
  it.each(['X-Workspace', 'x-api-version', 'Accept'])('%s is sent, since a read is not stored', (name) => {
    expect([...readHeaders('t', { headers: { [name]: 'a' } })]).toEqual([[name.toLowerCase(), 'a']])
  })

  it.each([
    ['cookie', /Only the browser/],
    ['Idempotency-Key', /The broker sets/],
  ])('%s is refused without advice to set it elsewhere', (name, advice) => {
    const take = () => readHeaders('t', { headers: { [name]: secret } })
    expect(take).toThrow(advice)
    expect(take).not.toThrow('`prepareHeaders`')
  })

  it.each(['Authorization', 'X-CSRF-Token'])(
    '%s is refused with advice, and not silently left out',
    async (name) => {
      const load = read(createAction('load'), { request: given(name) })
      const { dispatch, broker } = openReads(createTestWorld(), { routes: [load] })

      expect(await dispatch(load()).settled).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
      const request = new Request('https://app.test/api/me', { headers: { [name]: secret } })
      if (request.headers.has(name))
        await expect(broker.fetch(request)).rejects.toThrow(
          new RegExp(`broker\\.fetch\\(\\).*${name}.*prepareHeaders`, 'i'),
        )
    },
  )
})

describe('the headers of a read whose answer is kept', () => {
  it.each([
    ['given in its request', { 'x-api-key': secret }, undefined],
    ['added by prepareHeaders', undefined, 'x-api-key'],
    ['added under the name of a team', undefined, 'x-team'],
  ])('are not stored on the device: %s', async (_where, headers, prepared) => {
    const world = createTestWorld({ network: answer(200, { ok: true }) })
    const places: string[] = []
    const { answerCache } = world
    const keep = vi
      .spyOn(answerCache, 'keep')
      .mockImplementation(async (_partition, key) => void places.push(key))
    const load = read(createAction('load'), {
      request: () => ({ url: '/api/list', ...(headers && { headers }) }),
    })
    const { dispatch } = openReads(world, {
      routes: [load],
      ...(prepared && { prepareHeaders: (all) => all.set(prepared, secret) }),
    })
    await dispatch(load()).settled
    await world.settle()

    expect(keep).toHaveBeenCalled()
    expect(places.join()).not.toContain(secret)
  })
})
