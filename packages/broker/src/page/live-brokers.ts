// One live broker for one database in one realm: two would show, and settle, each other's entries.
import { isDevelopment } from '../redux/development.js'

const registry = Symbol.for('redux-broker.live')

/**
 * Takes the database for one store; gives what releases it. `scope`: the realm's global object, or what a test has
 * for a realm.
 * @throws Error where a store of this realm has it already.
 */
export function claimDatabase(database: string, scope: object): () => void {
  const realm = scope as { [registry]?: Set<string> }
  realm[registry] ??= new Set()
  const live = realm[registry]
  if (live.has(database))
    throw new Error(
      `redux-broker: a broker for the database '${database}' is attached to a store of this page already. ` +
        'Give this one another `name`, or end the first with `await broker.stop()`' +
        (isDevelopment
          ? '; in a module that accepts hot updates: `import.meta.hot?.dispose(() => broker.stop())`.'
          : '.'),
    )
  live.add(database)
  return () => void live.delete(database)
}
