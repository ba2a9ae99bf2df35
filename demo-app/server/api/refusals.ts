// The refusals that several routes share.
import { limits } from '../limits.js'
import { problem } from './problem.js'

export function unknownPost(): Response {
  return problem('not-found', 'There is no such post. Its author may have removed it.')
}

export function textRefused(): Response {
  return problem(
    'invalid-text',
    `A text has 1 to ${limits.textCharactersMax} characters, not all of them blank.`,
  )
}
