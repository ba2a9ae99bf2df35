// For the developer: finds reducers that read a payload where none is.
import type { Action } from 'redux'
import { outcomeMark } from './actions.js'
import { sayOnce } from './development.js'

/** A route's `answer` made nothing of a body. */
export function checkAnswer(type: string, body: unknown, payload: unknown): void {
  if (payload !== undefined || isEmpty(body)) return
  sayOnce(
    `the \`answer\` of '${type}' returned undefined for a body, so reducers get no payload. Return a payload, or leave ` +
      '`answer` out, so that they get the whole body.',
  )
}

/** A reducer threw at an action. */
export function checkThrown(action: Action<string> & { readonly payload?: unknown }): void {
  const { type, payload } = action
  if (outcomeMark(action)?.outcome !== 'delivered' || !isEmpty(payload)) return
  sayOnce(
    `a reducer threw at '${type}', whose \`payload\` is ${payload === '' ? "''" : payload}: the answer had no body, or \`answer\` returned ` +
      'nothing. Let the server answer with JSON, or let `answer` return a value for an empty body.',
  )
}

/** As the data of a 204, whose text is empty. */
const isEmpty = (data: unknown) => data === undefined || data === null || data === ''
