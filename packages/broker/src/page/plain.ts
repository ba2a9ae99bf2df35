// Values as data: what becomes of them in JSON and in IndexedDB, and which would be lost there in silence.
import { isDevelopment } from '../redux/development.js'

/** A value that would be lost. */
export class LostValue extends Error {
  /** Where it stands; '' in production. */
  readonly path: string
  readonly value: unknown
  constructor(path: string, value: unknown) {
    super(path)
    this.path = path
    this.value = value
  }
}

/**
 * The text that `JSON.stringify` gives: `toJSON` is honoured at any depth.
 * @throws LostValue for what it would leave out or empty: a function, a symbol, a File, a Map, a class without `toJSON`.
 */
export function toJson(root: unknown): string {
  if (!isObject(root)) throw new LostValue('body', root)
  return JSON.stringify(copyOf(root, 'body', () => undefined))
}

/**
 * A copy that nobody else holds, of what IndexedDB keeps whole (a Date, a Map, a File too). A class is kept as its `toJSON`
 * says.
 * @throws LostValue for a function, a symbol, a big integer, and a class without `toJSON`.
 */
export const storedCopy = (root: unknown, path: string): unknown =>
  copyOf(root, path, function kept(value, at) {
    if (value instanceof Map) return new Map(copyOf([...value], at, kept) as [])
    if (value instanceof Set) return new Set(copyOf([...value], at, kept) as [])
    try {
      const clone = structuredClone(value)
      return isPlain(clone) ? undefined : clone
    } catch {
      return undefined
    }
  })

/** `kept`: what of an object that is not plain stays as it is. */
function copyOf(value: unknown, path: string, kept: (value: object, path: string) => unknown): unknown {
  const inner = (one: unknown, name: string | number) =>
    copyOf(one, isDevelopment ? `${path}${typeof name === 'number' ? `[${name}]` : `.${name}`}` : '', kept)
  if (!isObject(value)) {
    if (/function|symbol|bigint/.test(typeof value)) throw new LostValue(path, value)
    return value
  }
  if (Array.isArray(value)) return Array.from(value, inner)
  const whole = isPlain(value) ? undefined : kept(value, path)
  if (whole !== undefined) return whole
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function') return copyOf(toJSON.call(value, ''), path, kept)
  if (!isPlain(value)) throw new LostValue(path, value)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one, name)]))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** An array, or an object of no class, of whichever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Array.isArray(value) || Object.getPrototypeOf(prototype) === null
}
