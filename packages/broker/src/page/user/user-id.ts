// The owner of the outbox, as the app's `user` names them.
import { encodePrincipal } from '../../core/network/principal-header.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'

/** Reads what `user` gave: the user's id as text, a number as its digits; undefined where that is no id. */
export function createUserIds(): (given: unknown) => string | undefined {
  let advised = false
  /** It is asked at each action, and a check takes as long as a small reducer. */
  let last: string | undefined
  return (given) => {
    const id = Number.isFinite(given) ? String(given) : given
    if (id === last && last !== undefined) return last
    if (isId(id)) {
      last = id
      return id
    }
    if (isDevelopment && !advised && given !== undefined && given !== null && given !== '') {
      advised = true
      console.error(
        `redux-broker: \`user\` must return the user's id as a string or a number, or undefined while signed out; it returned ${describe(given)}. Until then nobody counts as signed in.`,
      )
    }
    return undefined
  }
}

function isId(id: unknown): id is string {
  try {
    return typeof id === 'string' && encodePrincipal(id) !== ''
  } catch {
    // Half of a surrogate pair: two such ids would be one where they are written as UTF-8.
    return false
  }
}
