// A back end for the page: somebody else's server, and the hands that a test has on it.
import type { AppConfig } from './page/config.js'

export interface BackEnd {
  readonly config: AppConfig
  /** On localhost. */
  readonly port: number
  /** Of a user who is signed in from the start. */
  readonly cookie?: { readonly name: string; readonly value: string }
  /** The liked posts by its own database or log, in the order of the effects. */
  liked(): readonly string[]
  /** The notes that it has. */
  notes?(): readonly string[]
  /** Forgets all sessions, as a restart does. */
  endSessions?(): void
  stop(): Promise<void>
}

/** Starts one. `pages`: the folder of the built page; `pageOrigin`: where the page is, if it is elsewhere. */
export type StartBackEnd = (pages: string, pageOrigin?: string) => Promise<BackEnd>
