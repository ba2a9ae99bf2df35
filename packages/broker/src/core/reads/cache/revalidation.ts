// A kept answer is asked for by its ETag, and a 304 says that it still holds (RFC 9110 8.8.3, RFC 9111 4.3.4).

import type { ReadAnswer } from '../read-types.js'
import { headerOf } from './cache-policy.js'

/** Whether a 304 is about this answer, by its ETag. Compared weakly, since a proxy that compresses weakens an ETag. */
export function isAboutAnswer(unchanged: ReadAnswer, answer: ReadAnswer): boolean {
  const etag = headerOf(unchanged, 'etag')
  return etag === undefined || opaqueTag(etag) === opaqueTag(headerOf(answer, 'etag') ?? '')
}

const opaqueTag = (etag: string) => etag.replace(/^W\//, '')

/** The kept answer with the newer headers of the 304, but for those that say how the kept body is to be read. */
export function refreshedBy(unchanged: ReadAnswer, answer: ReadAnswer): ReadAnswer {
  const newer = unchanged.headers.filter(([name]) => !/^content-(length|encoding|type|range)$/.test(name))
  const isNewer = (name: string) => newer.some(([other]) => other === name)
  const { variesBeyondKey = false } = unchanged
  return {
    ...answer,
    variesBeyondKey,
    headers: [...answer.headers.filter(([name]) => !isNewer(name)), ...newer],
  }
}
