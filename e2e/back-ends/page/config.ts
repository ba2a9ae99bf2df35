// The differences between the back ends, as plain data. They stand in the page's address, behind the `#`.
import type { BrokerOptions } from 'redux-broker'

type Options = BrokerOptions<object, 'broker'>

/** A request with `:id` in it, which stands for what is liked or noted. */
export interface Template {
  readonly method: string
  readonly url: string
  readonly body: unknown
}

export interface AppConfig extends Pick<Options, 'server' | 'session' | 'sessionProbe' | 'success'> {
  /** Of another origin, or missing where the back end serves the page too. */
  readonly api?: string
  readonly like: Template
  readonly note?: Template
  /** Takes a form with `user`. */
  readonly signIn?: string
  /** The field by which an answer of 2xx tells a refusal. */
  readonly refusedWhen?: { readonly path: string }
  /** Gives `{ csrfToken }`. */
  readonly csrf?: string
}
