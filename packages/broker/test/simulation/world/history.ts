// The history of a world: everything that a user, a server or a person with the browser's tools could have seen.
import type { Fate } from '../platform/network.js'
import { hashOf } from '../platform/random.js'
import type { Effect } from '../server/ledger.js'
import type { Lists } from './app.js'
import type { CommandName } from './commands.js'
import type { Feed } from './feed.js'
import type { Step } from './plan.js'

export type Event = { readonly at: number } & (
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'started'; readonly realm: string }
  /** It has the code of this release of the app. */
  | { readonly kind: 'loaded'; readonly realm: string; readonly release: number }
  | { readonly kind: 'died'; readonly realm: string }
  | {
      readonly kind: 'tapped'
      /** The app of the server refuses it. */
      readonly isRefused: boolean
      readonly id: string
      readonly lane: string
      readonly verb: string
      readonly user: string
      readonly realm: string
    }
  | { readonly kind: 'threw'; readonly id: string; readonly error: string }
  /** A person decided about an entry in doubt. */
  | { readonly kind: 'resolved'; readonly id: string; readonly how: 'markDelivered' | 'retry' }
  /** A user gives a command to the outbox, on one entry or on all. */
  | {
      readonly kind: 'commanded'
      readonly name: CommandSaid
      readonly id: string
      readonly user: string
      readonly realm: string
    }
  /** The promise of the command has ended. */
  | {
      readonly kind: 'obeyed'
      readonly name: CommandSaid
      readonly id: string
      readonly user: string
      readonly said: string
      readonly realm: string
    }
  /** The apps in all tabs have a new user, or nobody. */
  | { readonly kind: 'signedIn'; readonly user: string | undefined }
  /** The answer of a server that names a time has come. */
  | { readonly kind: 'toldToWait'; readonly number: number; readonly ms: number }
  | { readonly kind: 'readAsked'; readonly realm: string; readonly count: number }
  | { readonly kind: 'readEnded'; readonly realm: string; readonly status: string }
  | {
      readonly kind: 'feedViewed'
      readonly realm: string
      readonly user: string | undefined
      readonly feed: Feed
    }
  /** The server's process has died, or is there again. */
  | { readonly kind: 'server'; readonly isThere: boolean }
  | { readonly kind: 'accepted'; readonly id: string }
  | { readonly kind: 'notAccepted'; readonly id: string; readonly reason: string }
  | {
      readonly kind: 'settled'
      readonly id: string
      readonly status: string
      readonly reason: string | undefined
      readonly realm: string
    }
  | {
      readonly kind: 'sent'
      readonly number: number
      readonly id: string
      readonly lane: string
      readonly key: string
      readonly principal: string
      readonly cookie: string | undefined
      readonly realm: string
      readonly isFirm: boolean
      readonly fate: Fate['kind']
    }
  | {
      readonly kind: 'asked'
      readonly number: number
      readonly what: string
      readonly cookie: string | undefined
      readonly realm: string
      readonly fate: Fate['kind']
    }
  | { readonly kind: 'ended'; readonly number: number; readonly realm: string }
  | {
      readonly kind: 'handled'
      readonly id: string
      readonly cookie: string | undefined
      readonly status: number
      readonly isDouble: boolean
    }
  | {
      readonly kind: 'viewed'
      readonly realm: string
      readonly user: string | undefined
      readonly lists: Lists
    }
  | {
      readonly kind: 'lossTold'
      readonly realm: string
      readonly user: string | undefined
      readonly upTo: number
      readonly restored: number
    }
  | { readonly kind: 'reported'; readonly realm: string; readonly error: string }
  | { readonly kind: 'lostRows'; readonly rows: readonly string[] }
)

export type CommandSaid = CommandName | 'markDelivered'

/** A row of the outbox as it lies on the disk in the end. */
export interface FinalRow {
  readonly id: string
  readonly state: string
  readonly reason: string | undefined
}

export interface Ending {
  readonly ledger: readonly Effect[]
  readonly rows: readonly FinalRow[]
  /** The last view of each tab that is open, by its name. */
  readonly views: readonly {
    readonly realm: string
    readonly user: string | undefined
    readonly lists: Lists
    readonly feed?: Feed
  }[]
  /** Whether the tasks of the world came to an end. */
  readonly isQuiet: boolean
  readonly endedAt: number
}

export interface History {
  readonly events: readonly Event[]
  readonly ending: Ending
  readonly hash: number
  readonly tasks: number
  /** `state × fault` for each state that some entry was in as a fault came. */
  readonly coverage: readonly string[]
}

export const hashOfHistory = (events: readonly Event[], ending: Ending, tasks: number): number =>
  hashOf(JSON.stringify([events, ending]), tasks)
