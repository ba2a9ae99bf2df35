import { describe, expect, it } from 'vitest'
import type { ReadEnd } from '../../core/reads/read-types.js'
import { judgeAnswer } from './read-result.js'

const answerOf = (user: string): ReadEnd => ({
  kind: 'answer',
  answer: { status: 200, headers: [['x-user', user]], body: new ArrayBuffer(0) },
  sentAt: 1,
})

describe('an answer that names its user', () => {
  const userHeader = 'x-user'

  it('is accepted by that user', () => {
    expect(judgeAnswer(answerOf('ada'), { principal: 'ada', userHeader, isOwn: true }).kind).toBe('answer')
  })

  it('is rejected by another user', () => {
    expect(judgeAnswer(answerOf('grace'), { principal: 'ada', userHeader, isOwn: true }).kind).toBe(
      'wrongUser',
    )
  })

  it.each([
    ['李', '%E6%9D%8E'],
    ['a b', 'a%20b'],
    ['a b', 'a b'],
    ['josé', 'josé'],
    ['50%', '50%25'],
  ])('is accepted by %j if it names them as %j', (principal, named) => {
    expect(judgeAnswer(answerOf(named), { principal, userHeader, isOwn: true }).kind).toBe('answer')
  })

  it('is rejected by a user whose id is the encoded form of the other’s', () => {
    expect(judgeAnswer(answerOf('a%20b'), { principal: 'a%20b', userHeader, isOwn: true }).kind).toBe(
      'wrongUser',
    )
  })

  it('is accepted while nobody is signed in, since it tells the app the user', () => {
    expect(judgeAnswer(answerOf('ada'), { principal: '', userHeader, isOwn: true }).kind).toBe('answer')
  })
})
