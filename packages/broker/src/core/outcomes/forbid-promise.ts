// The word of a function of the app that must give it at once.

/** @throws TypeError for a promise, whose rejection is nobody's else. */
export function forbidPromise<T>(given: T, name: string): T {
  const then: unknown = (given as Partial<PromiseLike<T>> | undefined)?.then
  if (typeof then !== 'function') return given
  then.call(given, undefined, () => {})
  throw new TypeError(`redux-broker: \`${name}\` must not give a promise.`)
}
