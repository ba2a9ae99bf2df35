// The effects that a server had, in their order. An effect that a repeated request had again is there twice.
export interface Effect {
  readonly id: string
  readonly lane: string
  /** Whose session it was. */
  readonly user: string
  /** The key that the request carried. */
  readonly key: string
  /** The network doubled the request. */
  readonly isDouble: boolean
  /** How many requests had arrived by then. */
  readonly arrival: number
}

/** An entry as its request names it. */
export interface Named {
  readonly id: string
  readonly lane: string
  /** The app of the server refuses it, always. */
  readonly isRefused: boolean
  /** The app of the server fails at it, so many times. */
  readonly failures: number
}

export function nameOf(url: string): Named {
  const { pathname, searchParams } = new URL(url)
  const [, , lane = '', id = ''] = pathname.split('/')
  return {
    lane,
    id,
    isRefused: searchParams.has('refused'),
    failures: Number(searchParams.get('failures') ?? 0),
  }
}

/** All words of a user as the server shows them. */
export const listAll = (effects: readonly Effect[], user: string): readonly string[] => [
  ...new Set(effects.filter((effect) => effect.user === user).map(({ id }) => id)),
]

/** The list of a lane as the server shows it. A word is in it once, whatever was sent twice. */
export const listOf = (effects: readonly Effect[], user: string, lane: string): readonly string[] => [
  ...new Set(effects.filter((effect) => effect.user === user && effect.lane === lane).map(({ id }) => id)),
]
