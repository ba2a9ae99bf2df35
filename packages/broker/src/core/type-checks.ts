// Checks of the type of a value from outside, which nobody has checked yet.

export type UncheckedRow = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is UncheckedRow => typeof value === 'object' && value !== null
export const isText = (value: unknown): value is string => typeof value === 'string'
/** A token of HTTP, which a method and the name of a header are. */
export const isToken = (value: unknown): value is string =>
  isText(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
export const isNumber = (value: unknown): value is number => Number.isFinite(value)
/** From 0 on. */
export const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0
/** Whole, from 0 on, and small enough to be counted on from. */
export const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 50
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
export const areNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(isNumber)
export const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText)
export const isPairOfTexts = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every(isText)
