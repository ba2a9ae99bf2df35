// Reads the input that people send. Promise: input that does not fit is undefined, never a guess.
import { limits } from '../limits.js'

/** The body as JSON, or undefined where it is none. */
export async function readJson(request: Request): Promise<unknown> {
  try {
    return (await request.json()) as unknown
  } catch {
    // A body that is not JSON does not fit either. Each field's own refusal says what is expected.
    return undefined
  }
}

/** `text` of 1 to 280 characters as people count them (an emoji is one), not all of them blank. */
export function parseText(body: unknown): string | undefined {
  const text = fieldOf(body, 'text')
  if (typeof text !== 'string' || text.trim() === '') return undefined
  return Array.from(text).length > limits.textCharactersMax ? undefined : text
}

/** The number of claps in `by`, at least one. */
export function parseClaps(body: unknown): number | undefined {
  const by = fieldOf(body, 'by')
  return Number.isInteger(by) && Number(by) >= 1 && Number(by) <= limits.clapsPerRequestMax
    ? Number(by)
    : undefined
}

export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}
