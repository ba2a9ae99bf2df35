// The list of origins that requests may go to, and whether the browser's cookies go along.
import { originOfUrl } from './channel.js'

/** `include`: requests to this origin carry its cookies. Its CORS answers must allow that. */
export interface OriginWithOptions {
  readonly origin: string
  /** Default `same-origin`: cookies go to the page's own origin only. */
  readonly credentials?: 'include' | 'same-origin' | undefined
}

export type OriginOption = string | OriginWithOptions

/** Says of a URL whether cookies go with a request to it. */
export type CredentialsOf = (url: string) => 'include' | 'same-origin'

export const originNames = (options: readonly OriginOption[] = []): readonly string[] =>
  options.map((option) => (typeof option === 'string' ? option : option.origin))

/** Asked at each request, so that entries of an earlier release follow the options of this one. */
export const credentialsBy =
  (options: readonly OriginOption[] = []): CredentialsOf =>
  (url) =>
    options.some(
      (option) =>
        typeof option !== 'string' && option.credentials === 'include' && option.origin === originOfUrl(url),
    )
      ? 'include'
      : 'same-origin'
