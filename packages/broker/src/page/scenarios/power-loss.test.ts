// A device that loses its power in the very moment in which the app is told something. It keeps what the app was told.
// Relaxed commits since the last strict one are gone.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { clapped, openApp } from '../../../test/page-fixture.js'
import {
  acknowledgeLoss,
  cancel,
  deadLetters,
  discard,
  discardAll,
  markDelivered,
  retry,
  write,
} from '../../index.js'
import { acknowledge, answer, createTestWorld, noAnswer } from '../../testing/index.js'
import { storeWithoutBattery } from '../fixtures/power-loss.fixture.js'

/** A server that knows no keys, so a second request is a second effect. */
const paid = write(createAction<{ id: string }>('paid'), { request: ({ id }) => ({ url: `/api/pay/${id}` }) })
const options = { routes: [clapped, paid] }

async function openDevice() {
  const store = storeWithoutBattery()
  const world = createTestWorld({ store })
  const first = openApp(world, options)
  await world.settle()
  return {
    store,
    world,
    first,
    pay: (id: string) => first.store.dispatch(paid({ id })),
    sent: () => world.network.requests.map(({ url }) => url.split('/').at(-1)),
    /** The power fails as soon as this is known. Then the connection is back, and the app is opened again. */
    async powerLossAt<T>(known: PromiseLike<T>) {
      const crashed = known.then((told) => {
        first.tab.crash()
        return store.losePower().then(() => told)
      })
      await world.settle()
      const told = await crashed
      world.setOnline(true)
      const next = openApp(world, options)
      await world.clock.advance(120_000)
      return { told, next }
    },
  }
}

async function openOffline() {
  const device = await openDevice()
  device.world.setOnline(false)
  return device
}

async function withDoubt() {
  const device = await openDevice()
  device.world.network.next(answer(410, { type: 'urn:x:key-expired' }))
  const receipt = device.first.clap('p1')
  await device.world.settle()
  expect(device.first.outbox().entries[receipt.id]?.state).toBe('inDoubt')
  return { ...device, receipt }
}

async function withDeadLetter() {
  const device = await openDevice()
  device.world.network.next((request) => acknowledge(request, {}, 422))
  const receipt = device.first.clap('p1')
  await device.world.settle()
  device.world.setOnline(false)
  expect(await deadLetters(device.first.broker)).toHaveLength(1)
  return { ...device, receipt }
}

describe('after a loss of power', () => {
  it('an entry is delivered that was told as accepted', async () => {
    const { pay, powerLossAt, sent } = await openOffline()
    await powerLossAt(pay('p1').accepted)

    expect(sent()).toEqual(['p1'])
  })

  it.each([
    ['at once', 0],
    ['after a knock', 60_000],
  ])('a request that had left %s is not sent again to a plain server, and is in doubt', async (_how, ms) => {
    const { world, pay, powerLossAt, sent } = await openDevice()
    pay('p0')
    await world.clock.advance(ms)
    let id = ''
    const arrived = new Promise<void>((resolve) => {
      world.network.next(() => {
        resolve()
        return noAnswer()
      })
    })
    ;({ id } = pay('p1'))
    const { next } = await powerLossAt(arrived)

    expect(sent()).toEqual(['p0', 'p1'])
    expect(next.outbox().entries[id]?.state).toBe('inDoubt')
  })

  it('an entry has ended that was told as delivered', async () => {
    const { pay, powerLossAt, sent } = await openDevice()
    const { told, next } = await powerLossAt(pay('p1').settled)

    expect(told.status).toBe('delivered')
    expect(sent()).toEqual(['p1'])
    expect(next.outbox()).toMatchObject({ waiting: 0, entries: {} })
  })

  it('an entry is a dead letter that was told as returned', async () => {
    const { world, first, powerLossAt, sent } = await openDevice()
    world.network.next((request) => acknowledge(request, {}, 422))
    const { told, next } = await powerLossAt(first.clap('p1').settled)

    expect(told.status).toBe('returned')
    expect(sent()).toEqual(['claps'])
    expect(await deadLetters(next.broker)).toHaveLength(1)
  })

  it.each([
    ['its receipt', (receipt: { cancel(): Promise<unknown> }) => receipt.cancel()],
    [
      'the command',
      ({ id }: { readonly id: string }, { broker }: ReturnType<typeof openApp>) => cancel(broker, id),
    ],
  ])('an entry is never sent that %s told as cancelled', async (_whose, take) => {
    const { world, first, pay, powerLossAt, sent } = await openOffline()
    const receipt = pay('p1')
    await world.settle()
    const { told } = await powerLossAt(take(receipt, first))

    expect(told).toBe('cancelled')
    expect(sent()).toEqual([])
  })

  it('a dead letter is sent that was told as retried', async () => {
    const { first, receipt, powerLossAt, sent } = await withDeadLetter()
    const { told } = await powerLossAt(retry(first.broker, receipt.id))

    expect(told).toBe('retried')
    expect(sent()).toEqual(['claps', 'claps'])
  })

  it.each([
    ['discarded', discard],
    ['marked', markDelivered],
  ])('a doubt has ended that was told as %s', async (done, command) => {
    const { first, receipt, powerLossAt } = await withDoubt()
    const { told, next } = await powerLossAt(command(first.broker, receipt.id))

    expect(told).toBe(done)
    expect(next.outbox()).toMatchObject({ waiting: 0, entries: {} })
  })

  it('an outbox stays empty that was told as discarded', async () => {
    const { world, first, pay, powerLossAt, sent } = await openOffline()
    for (const id of ['p1', 'p2', 'p3']) pay(id)
    await world.settle()
    const { told } = await powerLossAt(discardAll(first.broker))

    expect(told).toMatchObject({ cancelled: 3 })
    expect(sent()).toEqual([])
  })

  it('a loss is not told again that a person has acknowledged', async () => {
    const { store, first, powerLossAt } = await openOffline()
    await store.transact('readwrite', 'strict', async (tx) => {
      const [row] = await tx.list({ store: 'partitions', from: [''], to: [[]] }, 1)
      if (row !== undefined) tx.put('partitions', { ...row, lost: { upTo: 2, restored: 0, at: 0 } })
    })
    const { next } = await powerLossAt(acknowledgeLoss(first.broker))

    expect(next.outbox().lost).toBeUndefined()
  })
})
