import { describe, expect, it } from 'vitest'
import { letGo, sendAgain, stateAfter } from '../fixtures/dead-letters.fixture.js'
import { refusedReply } from '../fixtures/outbox.fixture.js'
import { bytesAtMost } from '../rows/entry.js'
import type { Answer } from './answer-marks.js'
import { storedProblem } from './stored-problem.js'

const answer = (type: string, body: string | undefined): Answer => ({
  kind: 'answer',
  status: 422,
  headers: { 'content-type': type },
  body,
})
const json = (data: unknown) => answer('application/problem+json', JSON.stringify(data))

describe('the problem of a refusal', () => {
  it.each([
    ['JSON', json({ title: 'no' }), { title: 'no' }],
    ['JSON of 8 KiB', json('x'.repeat(8_190)), 'x'.repeat(8_190)],
    ['a text', answer('text/plain', 'no'), 'no'],
    ['broken JSON', answer('application/json', '{"no'), '{"no'],
    ['no body', answer('text/plain', ''), ''],
    ['a body that is not known', answer('text/plain', undefined), undefined],
  ])('is what the body says: %s', (_what, reply, problem) => {
    expect(storedProblem(reply)).toEqual(problem)
  })

  it.each([
    ['JSON of 8 KiB and a byte', json('x'.repeat(8_191)), `"${'x'.repeat(8_191)}`],
    ['a list of a megabyte', json(Array(500_000).fill(1)), '[1,1,1,1'],
    ['HTML', answer('text/html', `<p>${'x'.repeat(9_000)}`), '<p>xxxx'],
    ['broken JSON', answer('application/json', `{${'x'.repeat(64_000)}`), '{xxxx'],
    [
      'JSON nested too deep for the storage',
      answer('application/json', '['.repeat(20_000) + ']'.repeat(20_000)),
      '[[[[',
    ],
  ])('is cut at 8 KiB, and says so: %s', (_what, reply, begin) => {
    const problem = storedProblem(reply) as { isCut: boolean; text: string }

    expect(problem.isCut).toBe(true)
    expect(problem.text.slice(0, begin.length)).toBe(begin)
    expect(problem.text).toHaveLength(8_192)
  })

  it('has two bytes for each character where one of them needs two', () => {
    expect(storedProblem(answer('text/plain', '字'.repeat(4_096)))).toBe('字'.repeat(4_096))
    expect(storedProblem(answer('text/plain', '字'.repeat(4_097)))).toEqual({
      isCut: true,
      text: '字'.repeat(4_096),
    })
  })
})

describe('the bytes of a problem', () => {
  const problem = { title: 'no', detail: 'x'.repeat(500) }
  const atMost = 2 * JSON.stringify([problem]).length

  it('count in the outbox while the letter is kept, and no longer', async () => {
    const box = await stateAfter({ ...refusedReply, problem })
    expect((await box.contents()).row.bytes).toBe(30 + atMost)

    await letGo(box, 'a')
    expect((await box.contents()).row.bytes).toBe(20)
  })

  it('stand once in the journal: with the refusal, and not with what becomes of its letter', async () => {
    const box = await stateAfter({ ...refusedReply, problem })
    await letGo(box, 'a')

    const { journal } = await box.contents()
    const bytesOf = (kind: string) => journal.find((note) => note.kind === kind)?.bytes
    expect(bytesOf('returned')).toBe(10 + bytesAtMost(undefined, problem))
    expect(bytesOf('discarded')).toBe(10 + bytesAtMost(undefined, undefined))
  })

  it('leave with it where the letter is sent again, and come back with the next refusal', async () => {
    const box = await stateAfter({ ...refusedReply, problem })

    await sendAgain(box, 'a')
    const [entry] = await box.claim({ now: 9 })
    expect(entry).toMatchObject({ bytes: 10 })
    expect(entry).not.toHaveProperty('problemBytes')
    expect((await box.contents()).row.bytes).toBe(30)
    if (entry) await box.settle(entry, { ...refusedReply, problem })

    expect((await box.contents()).row.bytes).toBe(30 + atMost)
  })

  it('never take more than the outbox may have: a problem for which there is no room is cut to nothing', async () => {
    const box = await stateAfter(refusedReply)
    await box.activate('p', { bytesMax: 100 })
    const [entry] = await box.claim({ now: 9 })
    if (entry) await box.settle(entry, { ...refusedReply, problem })

    const { row, letters } = await box.contents()
    expect(letters.at(-1)).toMatchObject({ id: 'b', problem: { isCut: true, text: '' }, bytes: 10 })
    expect(row.bytes).toBeLessThanOrEqual(100)
  })

  it('P11 are none of a letter that a release before this one wrote', async () => {
    const box = await stateAfter({ ...refusedReply, problem: undefined })
    await box.write(async (tx) => {
      const letter = await tx.get('deadLetters', ['p', 1])
      const { problemBytes: _none, ...before } = letter as NonNullable<typeof letter>
      tx.put('deadLetters', { ...before, problem })
    })

    await sendAgain(box, 'a')
    expect((await box.contents()).row.bytes).toBe(30)
  })
})
