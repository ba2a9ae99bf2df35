/** A value as an error message names it. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : `an object with ${Object.keys(value).join(', ') || 'no keys'}`
  return typeof value === 'bigint' ? `${value}n` : String(value)
}
