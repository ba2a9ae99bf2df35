// The active reads, which this page has asked for through Redux and has not left. They are asked for again when a write
// has made them old, and while the page has only an old copy, or nothing.
import { rereadsMax } from '../../core/limits.js'
import { invalidates, type Tag, touches } from '../../core/reads/consistency/tags.js'
import { createRefetchSchedule, type RefetchContext } from './refetch-schedule.js'

export interface ActiveReadsContext extends RefetchContext {
  /** Keys that are kept up to date. */
  readonly onScreenMax: number
  /** Tells the developer that the read is no longer kept up to date. */
  leftOut(key: string, why: 'tooMany' | 'keepsFailing'): void
}

/** A read on screen. */
export interface ActiveRead {
  readonly tags: readonly Tag[]
  /**
   * Asks for the read again, or joins the request that is under way. `isRepeat` says that the read has failed, so that the
   * request itself need not be repeated.
   */
  again(isRepeat: boolean): void
  /** It is off the screen. */
  gone?(): void
}

/**
 * How fresh a read is when it has ended. An `old` read has a copy, or nothing. An `uncertain` answer may or may not hold a
 * write that was under way. `signedOut`: its answer says that the session is over.
 */
export type Freshness = 'fresh' | 'uncertain' | 'old' | 'signedOut'

export interface ActiveReads {
  /** Somebody asked for it. Gives what takes it off again, with the last of those who asked. */
  show(key: string, sight: ActiveRead): () => void
  /** `floorMs` is how long the server asked to wait. */
  ended(key: string, how: Freshness, floorMs?: number): void
  /** A write to these tags has ended. Reads that it has made old are asked for again. */
  invalidated(tags: readonly Tag[]): void
  /** So is what was uncertain, whatever the write has made old. */
  touched(tags: readonly Tag[]): void
  /** The user has signed in again (`signIn`), or a pause of the outbox has ended, which proves less. */
  resumed(by: 'signIn' | 'pause'): void
  stop(): void
}

interface ShownRead {
  sight: ActiveRead
  watchers: number
  /** Undefined while it is asked for after a sign-in. */
  freshness?: Freshness | undefined
  /** The user has signed in since it ended. A request that is under way may have been sent before. */
  isResumed?: boolean
  /** How often it was asked for at the end of a pause, and was refused. */
  refused: number
}

export function createActiveReads(context: ActiveReadsContext): ActiveReads {
  const { onScreenMax, leftOut } = context
  /** The one that was asked for last comes last. */
  const shown = new Map<string, ShownRead>()
  const rereads = createRefetchSchedule(context, (key) => shown.get(key)?.sight.again(true))

  function forget(key: string): void {
    const sight = shown.get(key)?.sight
    shown.delete(key)
    rereads.forget(key)
    sight?.gone?.()
  }

  const again = (isMeant: (one: ShownRead) => boolean) => {
    for (const { sight } of [...shown.values()].filter(isMeant)) sight.again(false)
  }

  return {
    show(key, sight) {
      const mine = shown.get(key) ?? { sight, watchers: 0, refused: 0 }
      mine.sight = sight
      mine.watchers += 1
      shown.delete(key)
      shown.set(key, mine)
      const [first] = shown.keys()
      if (first !== undefined && shown.size > onScreenMax) {
        forget(first)
        leftOut(first, 'tooMany')
      }
      let hasLeft = false
      return () => {
        if (hasLeft || shown.get(key) !== mine) return
        hasLeft = true
        mine.watchers -= 1
        if (mine.watchers === 0) forget(key)
      }
    },
    ended(key, how, floorMs = 0) {
      const one = shown.get(key)
      if (one !== undefined) noteEnd(one, how)
      if (how !== 'old') {
        if (rereads.forget(key)) rereads.tryAll()
      } else if (one !== undefined && !rereads.failed(key, floorMs)) leftOut(key, 'keepsFailing')
    },
    invalidated: (tags) => again(({ sight }) => matches(sight, tags, invalidates)),
    touched: (tags) =>
      again(({ sight, freshness }) => freshness === 'uncertain' && matches(sight, tags, touches)),
    resumed(by) {
      for (const one of [...shown.values()]) noteResumed(one, by)
    },
    stop: rereads.stop,
  }
}

function noteEnd(one: ShownRead, freshness: Freshness): void {
  one.freshness = freshness
  if (freshness !== 'signedOut') one.refused = 0
  else if (one.isResumed) askAsSignedIn(one)
}

function noteResumed(one: ShownRead, by: 'signIn' | 'pause'): void {
  if (by === 'signIn') one.refused = 0
  // A session may be half open. A pause then ends every few seconds, and helps no read.
  if (one.freshness !== 'signedOut') one.isResumed = true
  else if (one.refused < rereadsMax) askAsSignedIn(one)
}

function askAsSignedIn(one: ShownRead): void {
  one.freshness = undefined
  one.isResumed = false
  one.refused += 1
  one.sight.again(false)
}

const matches = (sight: ActiveRead, written: readonly Tag[], by: typeof invalidates) =>
  sight.tags.some((tag) => written.some((one) => by(one, tag)))
