// Bounds the bytes of request bodies in memory, over all requests that wait or are worked on. Promise: no user keeps
// another out. One user has a share of the whole at most. Where the whole is full, bodies that still arrive give way to
// those of users who hold less.

export interface ByteBudget {
  /**
   * Has room for one body of this user.
   * @param giveWay is called when the body has lost its room, as it arrives, to that of another user
   */
  open(user: string, giveWay: () => void): BodyRoom
}

export interface BodyRoom {
  /** Whether so many more bytes have room now. */
  fits(bytes: number): boolean
  /** Takes so many more bytes. False where they do not fit, and then takes none. */
  take(bytes: number): boolean
  /** The body is whole, and gives way no more. False where it has given way before. */
  keep(): boolean
  release(): void
}

interface Arriving {
  readonly user: string
  readonly giveWay: () => void
  bytes: number
}

/** @param shareMax bytes of one user at most */
export function createByteBudget(bytesMax: number, shareMax: number): ByteBudget {
  const arriving = new Set<Arriving>()
  const bytesOf = new Map<string, number>()
  let taken = 0

  function add(body: Arriving, bytes: number): void {
    body.bytes += bytes
    taken += bytes
    const all = (bytesOf.get(body.user) ?? 0) + bytes
    if (all > 0) bytesOf.set(body.user, all)
    else bytesOf.delete(body.user)
  }

  /** The bodies that give way to so many more bytes of this user. Undefined where the room cannot be had. */
  function givingWay(user: string, bytes: number): readonly Arriving[] | undefined {
    const own = (bytesOf.get(user) ?? 0) + bytes
    if (own > shareMax) return undefined
    const found: Arriving[] = []
    let missing = taken + bytes - bytesMax
    if (missing <= 0) return found
    const rest = new Set(arriving)
    const held = new Map(bytesOf)
    while (missing > 0) {
      const next = newestOfMost(rest, held, own)
      if (next === undefined) return undefined
      rest.delete(next)
      held.set(next.user, (held.get(next.user) ?? 0) - next.bytes)
      missing -= next.bytes
      found.push(next)
    }
    return found
  }

  return {
    open(user, giveWay) {
      const body: Arriving = { user, giveWay, bytes: 0 }
      arriving.add(body)
      const release = () => {
        arriving.delete(body)
        add(body, -body.bytes)
      }
      return {
        fits: (bytes) => givingWay(user, bytes) !== undefined,
        take(bytes) {
          const others = arriving.has(body) ? givingWay(user, bytes) : undefined
          for (const other of others ?? []) {
            arriving.delete(other)
            add(other, -other.bytes)
            other.giveWay()
          }
          if (others !== undefined) add(body, bytes)
          return others !== undefined
        },
        keep: () => arriving.delete(body),
        release,
      }
    },
  }
}

/** The newest body of the user who holds most, where that is more than `own`. */
function newestOfMost(
  bodies: ReadonlySet<Arriving>,
  held: ReadonlyMap<string, number>,
  own: number,
): Arriving | undefined {
  let newest: Arriving | undefined
  let most = own + 1
  for (const body of bodies) {
    const all = held.get(body.user) ?? 0
    if (body.bytes === 0 || all < most) continue
    most = all
    newest = body
  }
  return newest
}
