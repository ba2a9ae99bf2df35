// Entity tags, by which a client says which edition it saw. Editors send them in `If-Match` (RFC 9110 section
// 13.1.1), and readers in `If-None-Match` (13.1.2).
import { createHash } from 'node:crypto'

export function entityTag(version: number): string {
  return `"${version}"`
}

/** Whether `If-Match` names this edition. Without the field anything passes. A weak tag never does. */
export function passesIfMatch(field: string | null, tag: string): boolean {
  if (field === null || field.trim() === '*') return true
  return field.split(',').some((candidate) => candidate.trim() === tag)
}

/** The answer to a read, which its reader may keep. It is a 304 where the reader has the same edition already. */
export async function asEdition(response: Response, request: Request): Promise<Response> {
  if (response.status !== 200) return response
  const body = Buffer.from(await response.arrayBuffer())
  const headers = new Headers(response.headers)
  headers.set('Cache-Control', 'private, no-cache')
  // An edition that is tagged already is one of the text, which is not all that the answer shows.
  if (headers.has('ETag')) return new Response(body, { headers })
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  headers.set('ETag', tag)
  if (!isSeen(request.headers.get('If-None-Match'), tag)) return new Response(body, { headers })
  headers.delete('Content-Type')
  return new Response(null, { status: 304, headers })
}

/** Whether `If-None-Match` names this edition, be it as a weak one. */
function isSeen(field: string | null, tag: string): boolean {
  const named = field?.split(',').map((candidate) => candidate.trim().replace(/^W\//, '')) ?? []
  return named.includes(tag) || named.includes('*')
}
