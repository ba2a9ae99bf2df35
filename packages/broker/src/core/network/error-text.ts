/** The text of a value that the app's code threw, which may be one that has none. */
export function errorText(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'a value without a text'
  }
}
