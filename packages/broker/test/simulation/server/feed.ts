// The feed of a user, as each kind of server answers it.
import { SimAnswer } from '../platform/fetch-types.js'
import { type Effect, listAll } from './ledger.js'

export const isFeed = (url: string): boolean => new URL(url).pathname === '/feed'

/** The answer tells what was there when the request came, and may take its time. */
export async function answerFeed(
  effects: readonly Effect[],
  user: string | undefined,
  wait: () => Promise<void>,
): Promise<SimAnswer> {
  if (user === undefined) return SimAnswer.json({}, { status: 401 })
  const words = listAll(effects, user)
  await wait()
  return SimAnswer.json({ words, of: user }, { headers: { 'x-user': user } })
}
