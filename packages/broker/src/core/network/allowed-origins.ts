// The list of origins that requests may go to, and whether the browser's cookies go along.
import { originOfUrl } from './url-origin.js'

/** With `include` requests to this origin carry its cookies. Its CORS answers must allow that. */
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

/** One word for each origin with cookies. An executor must know the word, so that no request leaves without its cookies. */
export const cookieNeeds = (options: readonly OriginOption[] = []): readonly string[] =>
  options.flatMap((option) =>
    typeof option !== 'string' && option.credentials === 'include' ? [cookiesTo(option.origin)] : [],
  )

const cookiesTo = (origin: string) => `cookies:${origin}`

/** Asked at each request, so that entries of an earlier release follow the options of this one. */
export const credentialsBy = (options?: readonly OriginOption[]): CredentialsOf => {
  const needs = cookieNeeds(options)
  return (url) => (needs.includes(cookiesTo(originOfUrl(url))) ? 'include' : 'same-origin')
}
