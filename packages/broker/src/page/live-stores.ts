// The stores of one realm that work on a database. Frameworks make several and use one. React calls what makes a store
// twice under StrictMode, and a page that is navigated away from leaves its store behind.
import { isDevelopment, sayOnce } from '../redux/development.js'

const registry = Symbol.for('redux-broker.live')

export interface LiveStore {
  /** Another store has come into use. Nothing is read, shown or sent here any more. */
  rest(): void
  /** It is used again after all. */
  wake(): void
}

export interface StoreRegistration {
  /** Call it with each action of the app. */
  use(): void
  release(): void
}

/**
 * All stores of a database live until one of them is used for the first time. Then the others rest. A store that has
 * been used and is used again lives beside, as two tabs do. `scope` is the realm's global object, or its stand-in in a
 * test.
 */
export function registerStore(database: string, scope: object, store: LiveStore): StoreRegistration {
  const realm = scope as { [registry]?: Map<string, Set<LiveStore>> }
  realm[registry] ??= new Map()
  const live = realm[registry].get(database) ?? new Set()
  realm[registry].set(database, live)
  live.add(store)
  let isUsed = false
  // The maker of a store may dispatch to it. That is no use yet, since React may throw this store away.
  let isMade = false
  queueMicrotask(() => {
    isMade = true
  })

  return {
    use() {
      if (!isMade || (isUsed && live.has(store))) return
      if (isUsed && isDevelopment) sayOnce(usedAgain(database))
      if (!live.has(store)) store.wake()
      if (!isUsed) {
        for (const other of live) if (other !== store) other.rest()
        live.clear()
      }
      live.add(store)
      isUsed = true
    },
    release: () => void live.delete(store),
  }
}

const usedAgain = (database: string) =>
  `Two stores of this page use the database '${database}'. Both are served, as two tabs are. ` +
  'Make one store, or give each broker its own `name`. Stop a broker that is no longer needed by ' +
  '`await broker.stop()`. In a module with hot updates call `import.meta.hot?.dispose(() => broker.stop())`.'
