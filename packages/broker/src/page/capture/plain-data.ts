// Values as data. Tells what becomes of them in JSON and in IndexedDB, and which would be lost there in silence.
import { isObject } from '../../core/type-checks.js'
import { isDevelopment } from '../../redux/development.js'
import { addBytes, byteSize, type Tally, tagBytes } from './byte-size.js'

/** A value that would be lost. */
export class LostValue extends Error {
  /** The path of the lost value, empty in production. */
  readonly path: string
  readonly value: unknown
  constructor(path: string, value: unknown) {
    super(path)
    this.path = path
    this.value = value
  }
}

/**
 * The text that `JSON.stringify` gives: `toJSON` is honoured at any depth. Undefined where it gives none. The tally has
 * the fewest bytes that it can take.
 * @throws what the tally says; LostValue for what it would leave out or empty: a function, a symbol, a File, a Map, a
 * class without `toJSON`.
 */
export function toJson(root: unknown, _name: string, tally: Tally): string | undefined {
  const paths = new Map<unknown, string>()
  return JSON.stringify(root, function (this: object, key: string, value: unknown) {
    const path = isDevelopment ? stepInto(paths.get(this), Array.isArray(this) ? Number(key) : key) : ''
    if (isDevelopment) paths.set(value, path)
    if (isObject(value) ? !hasFields(value) : isLostInJson(value) && key !== 'toJSON')
      throw new LostValue(path, value)
    // Each value has a letter and a comma at least, and a text its quotes.
    addBytes(
      tally,
      2 + (Array.isArray(this) ? 0 : key.length) + (typeof value === 'string' ? value.length : 0),
    )
    return value
  })
}

/**
 * The deepest nesting of a value. Chromium stores about 2,800 levels, and fewer where its stack is in use. A row that
 * was stored once could not be written again, and would hold up all others.
 */
const levelsMax = 1_000

/** Whether a value consists of its fields. A class that a `toJSON` gave must have some. */
const hasFields = (value: object): boolean =>
  isPlainObject(value) || (hasToJson(value) && Object.keys(value).length > 0)

/**
 * A copy that nobody else holds, of what IndexedDB keeps whole (a Date, a Map, a File too). A class is kept as its `toJSON`
 * says. An object that stands in several places is copied and counted once for each. `key`: its name in what holds it. `isGiven`: a
 * `toJSON` gave it, and no other is asked, as in JSON. `holders`: all that it stands in.
 * @throws what the tally says; LostValue for a function, a symbol, a big integer, and a class without `toJSON`; RangeError
 * where it stands in itself or is nested too deep.
 */
export function storedCopy(
  value: unknown,
  path: string,
  tally: Tally,
  key: string | number = '',
  isGiven = false,
  holders: Set<unknown> = new Set(),
): unknown {
  if (holders.has(value) || holders.size > levelsMax)
    throw new RangeError(`More than ${levelsMax} nested levels`)
  const inner: CopyInner = (one, name, holder = path) => {
    holders.add(value)
    const copy = storedCopy(one, isDevelopment ? stepInto(holder, name) : '', tally, name, false, holders)
    holders.delete(value)
    return copy
  }
  const counted = (one: unknown) => addBytes(tally, tagBytes + byteSize(one, tally.max))
  if (!isObject(value)) {
    if (isLostInJson(value)) throw new LostValue(path, value)
    counted(value)
    return value
  }
  const whole = isPlainObject(value) ? undefined : wholeOf(value, path, tally, inner)
  if (whole !== undefined) return whole
  if (!isGiven && hasToJson(value))
    return storedCopy(value.toJSON(String(key)), path, tally, key, true, holders)
  counted(value)
  if (Array.isArray(value)) return Array.from(value, (one, at) => inner(one, at))
  if (!hasFields(value)) throw new LostValue(path, value)
  const fields = Object.entries(value).filter(([name, one]) => name !== 'toJSON' || !isLostInJson(one))
  return Object.fromEntries(
    fields.map(([name, one]) => {
      counted(name)
      return [name, inner(one, name)]
    }),
  )
}

/** `holder` is the path of the value that holds it. */
type CopyInner = (one: unknown, name: string | number, holder?: string) => unknown

/** A copy of a value that is kept as it is. Undefined where it would become a plain object. */
function wholeOf(value: object, path: string, tally: Tally, inner: CopyInner): object | undefined {
  // A class of the app. The clone of one would be read at any length.
  if (Object.prototype.toString.call(value) === '[object Object]') return undefined
  addBytes(tally, tagBytes + byteSize(value, tally.max))
  if (value instanceof Map)
    return new Map(
      Array.from(value, (pair: unknown[], at) =>
        pair.map((one, side) => inner(one, side, isDevelopment ? stepInto(path, at) : '')),
      ) as [],
    )
  if (value instanceof Set) return new Set(Array.from(value, (one, at) => inner(one, at)))
  let clone: Whole
  try {
    clone = structuredClone(value)
  } catch {
    return undefined
  }
  if (isPlainObject(clone)) return undefined
  const { name, message, stack, source, data, cause } = clone
  const parts = [name, message, stack, source, data, clone instanceof String && String(clone)]
  for (const part of 'item' in clone ? (clone as FileList) : parts) addBytes(tally, byteSize(part, tally.max))
  if (cause !== undefined) inner(cause, 'cause')
  return clone
}

/** Parts of an Error, a RegExp, a File or an ImageData that are no fields. */
type Whole = object & Partial<Record<'name' | 'message' | 'stack' | 'source' | 'data' | 'cause', unknown>>

/** Properties may give ever new objects. */
const lookedAtMax = 100_000

/** Where a value stands in itself, as `body.me is body again`. Undefined where that cannot be found. */
export function findCycle(root: unknown, at: string): string | undefined {
  const paths = new Map<unknown, string | undefined>()
  const search = (value: unknown, path: string): string | undefined => {
    if (!isObject(value) || hasToJson(value)) return undefined
    if (paths.has(value)) return paths.get(value) && `${path} is ${paths.get(value)} again`
    if (paths.size > lookedAtMax) throw new RangeError()
    paths.set(value, path)
    const parts = value instanceof Map || value instanceof Set ? [...value] : value
    const names = Object.keys(parts).map((name) => (Array.isArray(parts) ? Number(name) : name))
    for (const name of names) {
      const found = search((parts as Record<string | number, unknown>)[name], stepInto(path, name))
      if (found !== undefined) return found
    }
    // From here on it holds nothing that is looked through.
    paths.set(value, undefined)
    return undefined
  }
  try {
    return search(root, at)
  } catch {
    // Nested too deep, too many, or a property that throws.
    return undefined
  }
}

/** The path of what a name or a place in it leads to. */
const stepInto = (path: string | undefined, name: string | number): string =>
  path === undefined ? 'body' : `${path}${typeof name === 'number' ? `[${name}]` : `.${name}`}`

const hasToJson = (value: object): value is { toJSON(key: string): unknown } =>
  typeof (value as { readonly toJSON?: unknown }).toJSON === 'function'

const isLostInJson = (value: unknown): boolean => /function|symbol|bigint/.test(typeof value)

/** An array, or an object of no class, of whichever realm. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Array.isArray(value) || Object.getPrototypeOf(prototype) === null
}
