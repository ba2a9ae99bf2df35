// Checks the arguments of an application. Each error says in words the value it got, the expected one and a remedy.

/** The options must be an object with no names but these. */
export function checkNames(where: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`${where}: got ${told(given)}, expected an object of options`)
  }
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    throw new TypeError(`${where}: got the option "${name}", expected one of ${names.join(', ')}`)
  }
}

/** An option that is missing has its default, and is in order. */
export function checkNumber(name: string, value: unknown, [min, max]: Range, unit: string): void {
  if (value === undefined) return
  if (typeof value !== 'number')
    throw new TypeError(`${name}: got ${told(value)}, expected a number of ${unit}`)
  if (value >= min && value <= max) return
  throw new RangeError(`${name}: got ${value}, expected ${min} to ${max} ${unit}`)
}

/** A count that is missing has its default, and is in order. */
export function checkWhole(name: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= 1)) return
  throw new RangeError(`${name}: got ${told(value)}, expected a whole number of at least 1`)
}

type Range = readonly [min: number, max: number]

export function checkOneOf(name: string, value: unknown, values: readonly unknown[]): void {
  if (value === undefined || values.includes(value)) return
  throw new TypeError(`${name}: got ${told(value)}, expected ${values.map(told).join(' or ')}`)
}

export function checkFunction(name: string, value: unknown, mending: string): void {
  if (typeof value === 'function') return
  throw new TypeError(`${name}: got ${told(value)}, expected a function: ${mending}`)
}

/** A value in a message. Texts stand in quotes, and a large value is told by its kind only. */
export function told(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
