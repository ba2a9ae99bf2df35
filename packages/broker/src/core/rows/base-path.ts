// The base of an app is the directory that its pages and its scripts have in common.
import { isText } from '../type-checks.js'

/** The directory of an app, as `/` or `/shop/`. */
export type Base = string

/** Whether it is written as the path of a URL, with a `/` at both ends. */
export const isBase = (base: unknown): base is Base =>
  isText(base) && /^\/((?!\.\.?\/)[\w!$%&'()*+,.:;=@~-]+\/)*$/.test(base)

const pathParts = (url: string): readonly string[] => /^https?:\/\/[^?#]+/.exec(url)?.[0].split('/') ?? []

/**
 * The directory that a page and its script have in common. It is `/` where the script is unknown or of another origin. A
 * page at `/shop` counts as `/shop/` where the script lies below that.
 */
export function baseOf(page: string, script: string): Base {
  const parts = pathParts(page)
  const directories = pathParts(script).slice(0, -1)
  const fork = parts.findIndex((part, i) => part !== directories[i])
  // In front of the path stand the scheme, nothing, and the host.
  const path = fork === -1 ? parts.slice(3) : parts.slice(3, fork)
  return `/${path.map((name) => `${name}/`).join('')}`
}
