import { describe, expect, it } from 'vitest'
import { signedOut } from '../../../test/page-fixture.js'
import { readNamed } from '../../core/outbox/partition.js'
import { keySpan } from '../../core/rows/key-spans.js'
import { setup } from '../fixtures/site-data-cleared.fixture.js'

const places = [
  ['the root', '/', '/', 'ada'],
  ['one base', '/a/', '/a/', 'ada'],
  ['a base below, where the new page lies at the root', '/a/', '/', 'ada'],
  ['the root, where the new page lies below', '/', '/a/', 'ada'],
  ['two bases, of one user', '/a/', '/b/', 'ada'],
  ['two bases, of two users', '/a/', '/b/', 'bob'],
] as const

describe('a page that stays open while all site data is cleared and another page starts', () => {
  for (const has of [{}, { hasNote: true }, { hasCopy: true }, { hasCopy: true, hasNote: true }])
    it.each(places)(
      `P1 accepts entries that later pages find, at %s: ${JSON.stringify(has)}`,
      async (...place) => {
        const [, mine, theirs, user] = place
        const { world, open, empty, sent, read } = setup(has)
        const old = open(mine)
        await world.settle()
        empty()
        const fresh = open(theirs, user)
        await world.settle()
        fresh.clap('p1')
        await world.settle()
        const receipt = old.clap('p2')
        await world.settle()
        expect(await receipt.accepted).toEqual({ status: 'accepted' })
        old.tab.host.focus()
        fresh.tab.host.focus()
        await world.settle()
        expect([old.outbox().paused, fresh.outbox().paused]).toEqual([undefined, undefined])

        old.tab.crash()
        fresh.tab.crash()
        world.setOnline(true)
        for (const [base, who] of [
          [theirs, user],
          [mine, 'ada'],
        ] as const) {
          open(base, who)
          await world.settle()
          await world.clock.advance(60_000)
        }
        expect(sent()).toEqual([`${user} p1/claps`, 'ada p2/claps'].toSorted())
        expect(await read('readonly', 'relaxed', (tx) => tx.list(keySpan('entries', []), 9))).toEqual([])
      },
    )

  it.each(places)(
    'P6 writes no session into the home of another app, at %s',
    async (_, mine, theirs, user) => {
      const { world, open, empty, read } = setup()
      const old = open(mine)
      await world.settle()
      empty()
      open(theirs, user)
      await world.settle()
      old.clap('p2')
      old.tab.host.focus()
      await world.settle()

      expect(await read('readonly', 'relaxed', (tx) => readNamed(tx, theirs))).toMatchObject({
        principal: user,
      })
      expect(await read('readonly', 'relaxed', (tx) => readNamed(tx, mine))).toMatchObject({
        principal: 'ada',
      })
    },
  )

  it.each([
    ['nothing', 0, 0],
    ['one', 1, 1],
    ['three', 3, 3],
  ])('P1 reports the loss once: of %s', async (_, count, lost) => {
    const { world, open, empty } = setup()
    const [old, older] = [open('/'), open('/')]
    await world.settle()
    const receipts = Array.from({ length: count }, () => old.clap('p1'))
    await world.settle()
    empty()
    const fresh = open('/')
    await world.settle()
    for (const app of [old, older, fresh]) app.tab.host.focus()
    await world.settle()

    for (const receipt of receipts)
      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'storageLost' })
    for (const app of [old, older, fresh]) expect(app.outbox().lost?.upTo ?? 0).toBe(lost)
    expect(old.post('p1')?.claps).toBe(0)
  })

  it('does not report entries as lost that it accepts afterwards and another page delivers', async () => {
    const { world, open, empty } = setup()
    world.setOnline(true)
    const old = open('/')
    await world.settle()
    for (let i = 0; i < 5; i++) old.clap('p1')
    await world.settle()
    empty()
    open('/')
    await world.settle()
    const receipt = old.clap('p2')
    await world.settle()
    await world.clock.advance(60_000)

    expect((await receipt.settled).status).toBe('delivered')
    expect(old.outbox().lost).toBeUndefined()
  })

  it('shows the deliveries of the new page', async () => {
    const { world, open, empty } = setup()
    world.setOnline(true)
    const old = open('/')
    await world.settle()
    for (let i = 0; i < 3; i++) old.clap('p1')
    await world.settle()
    old.tab.freeze()
    empty()
    const fresh = open('/')
    await world.settle()
    for (let i = 0; i < 3; i++) fresh.clap('p2')
    await world.settle()
    old.tab.thaw()
    old.tab.host.focus()
    await world.settle()

    expect(old.post('p2')?.claps).toBe(3)
  })

  it('P6 signs its user out of the new session', async () => {
    const { world, open, empty, read } = setup()
    const old = open('/a/')
    await world.settle()
    empty()
    open('/a/')
    await world.settle()
    old.store.dispatch(signedOut())
    await world.settle()

    expect(await read('readonly', 'relaxed', (tx) => readNamed(tx, '/a/'))).toBeUndefined()
  })

  it('goes on when the data is cleared a second time', async () => {
    const { world, open, empty, sent } = setup()
    const old = open('/')
    await world.settle()
    for (let i = 0; i < 2; i++) {
      empty()
      const fresh = open('/')
      await world.settle()
      old.tab.host.focus()
      await world.settle()
      fresh.tab.crash()
    }
    old.clap('p1')
    await world.settle()
    expect(old.outbox().paused).toBeUndefined()

    world.setOnline(true)
    await world.settle()
    await world.clock.advance(60_000)
    expect(sent()).toEqual(['ada p1/claps'])
  })
})
