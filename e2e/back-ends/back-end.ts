// A back end for the page. It is somebody else's server, with the handles that a test has on it.
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

/**
 * Starts one. `pages` is the folder of the built page, and `pageOrigin` is the page's origin, if that is another one.
 */
export type StartBackEnd = (pages: string, pageOrigin?: string) => Promise<BackEnd>
