// The plan of a world: who is in it, and what happens when. It is plain data, so that it can be shrunk and told.
import type { Fate } from '../platform/network.js'
import type { CommitFault } from '../platform/storage/disk.js'
import type { Command } from './commands.js'
import type { ReadStep, SwitchStep } from './feed.js'
import type { Release } from './releases.js'
import type { ServerCrash } from './server-crash.js'

export interface Plan {
  /** Seeds the latencies and the product's own dice. */
  readonly seed: number
  readonly tabs: number
  readonly hasWorker: boolean
  readonly server: 'companion' | 'plain'
  readonly users: readonly string[]
  readonly hasMirror: boolean
  readonly hasNote: boolean
  readonly hasLocks: boolean
  /** The app prepares the headers of each request, which takes a while. */
  readonly preparesHeaders: boolean
  readonly hasReads: boolean
  /** How many entries the outbox of a user takes. Undefined: more than a world makes. */
  readonly entriesMax: number | undefined
  /** How many requests a page may have in flight. */
  readonly concurrencyMax: number
  readonly steps: readonly Step[]
  /** Of the requests of the world, by their number. */
  readonly fates: readonly PlannedFate[]
  /** When all faults stop. */
  readonly endMs: number
}

export interface PlannedFate {
  readonly request: number
  readonly fate: Fate
}

export type Step = { readonly at: number; readonly near?: Moment } & (Deed | Fault)

/** The step waits for the next such event after its time, of one tab or of any realm, and comes so long after it. */
export interface Moment {
  readonly event: 'tapped' | 'accepted' | 'sent' | 'ended' | 'settled' | 'freeze'
  readonly tab?: number
  readonly ms: number
  /** It waits for another moment after this one. */
  readonly then?: Moment
}

/** Steps of users and apps, which are no faults. */
export type Deed =
  | Command
  | ReadStep
  | SwitchStep
  | Release
  | { readonly kind: 'open'; readonly tab: number }
  | {
      readonly kind: 'tap'
      readonly tab: number
      readonly verb: 'put' | 'post'
      readonly id: string
      readonly lane: string
      readonly query: string
    }
  /** The user of the session changes in all tabs; undefined: nobody is signed in. */
  | { readonly kind: 'user'; readonly user: string | undefined }

export type Fault =
  | ServerCrash
  /** The tab is killed some steps after this. */
  | { readonly kind: 'killTab'; readonly tab: number; readonly steps: number }
  | { readonly kind: 'killWorker'; readonly steps: number }
  | { readonly kind: 'powerLoss' }
  | { readonly kind: 'wipe' }
  | { readonly kind: 'wipeMirror' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'online' }
  | { readonly kind: 'partition'; readonly how: 'refused' | 'silent' }
  | { readonly kind: 'heal' }
  | { readonly kind: 'clock'; readonly realm: 'worker' | number; readonly offsetMs: number }
  | { readonly kind: 'freeze'; readonly tab: number }
  | { readonly kind: 'thaw'; readonly tab: number }
  | { readonly kind: 'throttle'; readonly tab: number; readonly everyMs: number }
  | { readonly kind: 'full'; readonly rows: number }
  | { readonly kind: 'room' }
  | {
      readonly kind: 'abort'
      readonly place: 'disk' | 'bucket'
      readonly how: CommitFault
      readonly times: number
    }
  | { readonly kind: 'updateWorker' }
  | { readonly kind: 'endSession' }
  | { readonly kind: 'renewSession' }

export type StepKind = (Deed | Fault)['kind']

/** Steps that belong to the app, and are no faults. */
export const userSteps: ReadonlySet<StepKind> = new Set([
  'open',
  'tap',
  'command',
  'read',
  'switch',
  'release',
  'user',
  'online',
  'heal',
  'thaw',
  'room',
  'renewSession',
])
export const crashes: ReadonlySet<StepKind> = new Set(['killTab', 'killWorker', 'killServer', 'powerLoss'])
