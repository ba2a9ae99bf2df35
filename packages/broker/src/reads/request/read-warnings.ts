// Tells the developer of trouble with reads in the console. Production bundles contain none of these texts.
import { sayOnce } from '../../redux/development.js'
import type { ReadResult } from './read-result.js'

/** `key` names the action that asks, and its request. */
export function warnOfLeftOut(key: string, why: 'tooMany' | 'keepsFailing'): void {
  if (why === 'keepsFailing')
    console.warn(
      `redux-broker: the read ${key} on screen fails again and again. It is repeated when the page becomes visible or the network comes back. Dispatch it to repeat it now.`,
    )
  else
    sayOnce(
      `the read ${key} is no longer kept up to date, since more reads are on screen than \`limits.waitingReadsMax\`. Cancel the receipts of reads that have left the screen.`,
      'tooMany',
    )
}

/** Tells of trouble that only the app or its server can mend. */
export function warnOfFailure({ kind }: Pick<ReadResult, 'kind'>, url: string): void {
  if (kind === 'answerTooLarge')
    sayOnce(`the answer of ${url} is longer than \`limits.answerBytesMax\`. Raise that limit.`, kind + url)
  if (kind === 'userUnknown')
    sayOnce(
      `the answer of ${url} does not show the header that \`reads({ userHeader })\` names, so nobody gets it. Send that header, and name it in Access-Control-Expose-Headers.`,
      kind + new URL(url).origin,
    )
}
