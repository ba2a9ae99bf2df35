// The tags of writes. Routes derive them from actions, and no row stores them.
import type { Ports } from '../../core/ports/all-ports.js'
import { areTags, type Tag, touches } from '../../core/reads/consistency/tags.js'
import type { StoredAction } from '../../core/rows/entry.js'

type TagFunction = readonly Tag[] | ((payload: unknown) => readonly Tag[])

/** What counts here of a write's route. */
export interface TaggedRoute {
  readonly options: {
    readonly tags?: TagFunction
    readonly invalidates?: TagFunction
    readonly when?: unknown
  }
}

export interface WriteTags {
  /** False where no route has tags. Then no read has to wait. */
  readonly any: boolean
  /** Tags of the data that may show the write. */
  touched(action: StoredAction): readonly Tag[]
  /** Tags of the data that is read again after the write. */
  invalidated(action: StoredAction): readonly Tag[]
  /** Whether the data of these tags may show the write. True where either has no tags. */
  mayShow(action: StoredAction, tags: readonly Tag[]): boolean
  /** Whether it waits for other conditions than the network's, which may take the whole day. */
  waits(action: StoredAction): boolean
}

export function createWriteTags(
  routes: ReadonlyMap<string, TaggedRoute>,
  { report }: Pick<Ports, 'report'>,
): WriteTags {
  const known = new WeakMap<StoredAction, readonly Tag[]>()
  const optionsOf = ({ type }: StoredAction) => routes.get(type)?.options ?? {}

  /** A function of the app's that throws, or gives no tags, names nothing. */
  const resolve = (tags: TagFunction = [], payload: unknown): readonly Tag[] => {
    try {
      const given = typeof tags === 'function' ? tags(payload) : tags
      if (areTags(given)) return given
      throw new TypeError('redux-broker: the tags are no list')
    } catch (error) {
      report(error)
      return []
    }
  }

  const invalidated = (action: StoredAction) => resolve(optionsOf(action).invalidates, action.payload)

  function touched(action: StoredAction): readonly Tag[] {
    const before = known.get(action)
    if (before !== undefined) return before
    const tags = [...resolve(optionsOf(action).tags, action.payload), ...invalidated(action)]
    known.set(action, tags)
    return tags
  }

  return {
    any: [...routes.values()].some(({ options }) => (options.tags ?? options.invalidates) !== undefined),
    touched,
    invalidated,
    mayShow(action, tags) {
      const written = touched(action)
      const isSaid = written.length > 0 && tags.length > 0
      return !isSaid || written.some((one) => tags.some((tag) => touches(one, tag)))
    },
    waits: (action) => optionsOf(action).when !== undefined,
  }
}
