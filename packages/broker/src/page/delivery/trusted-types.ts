// Trusted Types: under the CSP `require-trusted-types-for 'script'` a browser registers no worker from a text. The
// broker makes a policy, which the CSP allows by `trusted-types redux-broker`. Or the app gives a URL of its own policy.
import { isDevelopment } from '../../redux/development.js'

/** A `TrustedScriptURL`. TypeScript's own library does not know that type, and each package declares it anew. */
export type TrustedUrl = object & {
  readonly active?: never
  readonly then?: never
  readonly call?: never
}

interface Policy {
  createScriptURL(url: string): TrustedUrl
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy
  isScriptURL(value: unknown): boolean
}
const factory = () => (globalThis as { readonly trustedTypes?: Factory }).trustedTypes

export const isTrustedUrl = (given: unknown): given is TrustedUrl => factory()?.isScriptURL(given) === true

/** One policy for all brokers of a page. A CSP may refuse a second one of the same name. */
let policy: Policy | undefined

/**
 * A plain text where there are no Trusted Types or the CSP refuses the policy. The app's default policy may take it.
 */
export function trustedUrl(url: string): string | TrustedUrl {
  try {
    policy ??= factory()?.createPolicy('redux-broker', { createScriptURL: (same) => same })
  } catch (error) {
    if (isDevelopment)
      console.warn(
        "redux-broker: the page's CSP refuses the policy of Trusted Types that registers a worker. Add redux-broker to " +
          "its `trusted-types`. Add 'allow-duplicates' too if another copy of the package, or the app, makes a policy " +
          'of that name. Or give register() a TrustedScriptURL.',
        error,
      )
  }
  return policy?.createScriptURL(url) ?? url
}
