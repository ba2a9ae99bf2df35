// The last user of the app, for a start at which the server cannot be asked. It holds an id and a name, and nothing
// after a sign-out.
import { type Me, parseMe } from '../api/types'

const key = 'last-user'

export function recallUser(): Me | undefined {
  try {
    return parseMe(JSON.parse(localStorage.getItem(key) ?? ''))
  } catch {
    // Nobody, or a browser that keeps nothing for the site.
    return undefined
  }
}

export function rememberUser({ id, name }: Me): void {
  try {
    localStorage.setItem(key, JSON.stringify({ id, name }))
  } catch {
    // The app works, only not on its next start offline.
  }
}

export function forgetUser(): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing is kept there.
  }
}
