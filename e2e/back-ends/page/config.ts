// What differs between the back ends, as plain data: it stands in the page's address, behind the `#`.
import type { BrokerOptions } from 'redux-broker'

type Options = BrokerOptions<object, 'broker'>

/** A request with `:id` in it, which stands for what is liked or noted. */
export interface Template {
  readonly method: string
  readonly url: string
  readonly body: unknown
  /** What the answer is, where it is no JSON. */
  readonly accept?: string
}

export interface AppConfig extends Pick<Options, 'server' | 'sessionProbe'> {
  /** Of another origin; missing where the back end serves the page too. */
  readonly api?: string
  readonly like: Template
  readonly note?: Template
  /** Takes a form with `user`. */
  readonly signIn?: string
  /** Gives `{ csrfToken }`. */
  readonly csrf?: string
}
