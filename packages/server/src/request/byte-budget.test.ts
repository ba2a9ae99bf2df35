import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createByteBudget } from './byte-budget.js'

/** A budget, and the bodies of it that have given way. */
function budgetOf(bytesMax: number, shareMax = bytesMax) {
  const budget = createByteBudget(bytesMax, shareMax)
  const gone: string[] = []
  const open = (name: string) => budget.open(name.slice(0, 1), () => gone.push(name))
  const holding = (name: string, bytes: number) => {
    const room = open(name)
    expect(room.take(bytes)).toBe(true)
    return room
  }
  return { open, holding, gone }
}

it.each([
  ['of which all arrive', false],
  ['of which all are whole', true],
])('gives one user at most a share, in one body or in many %s, and gets all of it back', (_name, isWhole) => {
  const { open, holding, gone } = budgetOf(1_000, 500)
  expect([open('a1').take(501), open('a1').fits(501), open('a1').fits(500)]).toEqual([false, false, true])
  const many = Array.from({ length: 5 }, (_, index) => holding(`a${index}`, 100))
  if (isWhole) for (const body of many) body.keep()
  expect([open('a').take(1), open('b').take(500)]).toEqual([false, true])
  many[0]?.release()
  expect([open('a').take(101), open('a').take(100), gone]).toEqual([false, true, []])
})

it('drops the newest incomplete body of the user who holds most, for users who hold less', () => {
  const { open, holding, gone } = budgetOf(1_000)
  holding('a1', 300)
  holding('b1', 200)
  holding('a2', 300)
  const newest = holding('a3', 200)
  expect(open('c').take(150)).toBe(true)
  expect(gone).toEqual(['a3'])
  expect([newest.take(1), newest.keep()]).toEqual([false, false])
  newest.release()
  // 850 are taken: a has 600, b 200, c 150 and now more.
  expect(open('c').take(150)).toBe(true)
  expect(gone).toEqual(['a3', 'a2'])
})

it('drops as many bodies as needed, or none if that is not enough', () => {
  const { open, holding, gone } = budgetOf(1_000)
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) holding(name, 100)
  holding('b1', 500).keep()
  expect([open('c').fits(400), open('c').take(400), gone]).toEqual([false, false, []])
  expect([open('c').fits(250), gone]).toEqual([true, []])
  expect([open('c').take(250), gone]).toEqual([true, ['a5', 'a4', 'a3']])
})

it('drops no body for a user who would hold as much, and none that is complete or empty', () => {
  const { open, holding, gone } = budgetOf(1_000)
  holding('a1', 600).keep()
  open('a2')
  holding('b1', 400)
  expect([open('c').take(400), open('c').take(1_000), open('a').take(1), gone]).toEqual([
    false,
    false,
    false,
    [],
  ])
  expect([open('c').take(399), gone]).toEqual([true, ['b1']])
})

it('never exceeds its limits in total and for each user, in any order of events', () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'open' as const,
      'take' as const,
      'take' as const,
      'keep' as const,
      'release' as const,
    ),
    user: fc.constantFrom('a', 'b', 'c'),
    index: fc.nat(9),
    bytes: fc.nat(400),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const budget = createByteBudget(1_000, 600)
      const bodies: { user: string; bytes: number; room: ReturnType<typeof budget.open> }[] = []
      for (const { kind, user, index, bytes } of steps) {
        const one = bodies[index]
        if (kind === 'open') {
          const giveWay = () => {
            body.bytes = 0
          }
          const body = { user, bytes: 0, room: budget.open(user, giveWay) }
          bodies.push(body)
        } else if (kind === 'keep') one?.room.keep()
        else if (kind === 'release' && one !== undefined) {
          one.room.release()
          one.bytes = 0
        } else if (one !== undefined) {
          const fits = one.room.fits(bytes)
          const isTaken = one.room.take(bytes)
          if (isTaken) one.bytes += bytes
          expect(isTaken && !fits).toBe(false)
        }
        const sumOf = (own: typeof bodies) => own.reduce((sum, body) => sum + body.bytes, 0)
        expect(sumOf(bodies)).toBeLessThanOrEqual(1_000)
        for (const name of ['a', 'b', 'c'])
          expect(sumOf(bodies.filter((body) => body.user === name))).toBeLessThanOrEqual(600)
      }
      for (const { room } of bodies) room.release()
      expect([budget.open('d', () => {}).fits(600), budget.open('d', () => {}).fits(601)]).toEqual([
        true,
        false,
      ])
    }),
  )
})
