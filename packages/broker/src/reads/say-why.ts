// What a developer is told of reads in the console. Nothing of it is in a production bundle.
import type { ReadResult } from './result.js'

const said = new Set<string>()

/** `key`: of the action that asks, and of its request. */
export function sayLeftOut(key: string, why: 'tooMany' | 'keepsFailing'): void {
  if (why === 'keepsFailing')
    console.warn(
      `redux-broker: the read ${key} on screen fails again and again. It is not asked for by itself any more, until the page is looked at anew or the network comes back; or dispatch it.`,
    )
  else
    once(
      'tooMany',
      `redux-broker: the read ${key} is no longer kept up to date, since more reads are on screen than \`limits.waitingReadsMax\`. Cancel the receipt of each read that has left the screen.`,
    )
}

/** Of what only the app or its server can mend. */
export function sayWhy({ kind }: Pick<ReadResult, 'kind'>, url: string): void {
  if (kind === 'answerTooLarge')
    once(
      kind + url,
      `redux-broker: the answer of ${url} is longer than reads take. Raise \`limits.answerBytesMax\`.`,
    )
  if (kind === 'userUnknown')
    once(
      kind + new URL(url).origin,
      `redux-broker: the answer of ${url} does not show the header that \`reads({ userHeader })\` names, so it is given to nobody. Send it, and name it in Access-Control-Expose-Headers.`,
    )
}

function once(what: string, text: string): void {
  if (!said.has(what)) console.error(text)
  said.add(what)
}
