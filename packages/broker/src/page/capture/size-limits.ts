// The most bytes that a body or an action may have. A larger one is refused at its capture, before it is copied or read.
import type { Limits } from '../../core/limits.js'
import { isDevelopment } from '../../redux/development.js'
import { addBytes, byteSize, type Tally, tagBytes } from './byte-size.js'
import { CaptureRefusal } from './capture-refusal.js'

export type SizeLimits = Pick<Limits, 'bodyBytesMax' | 'bytesMax'>

/** The bytes of a body that is not looked into further. @throws CaptureRefusal where they are too many. */
export function checkedByteSize(what: string | false, body: SizedBody, limits: SizeLimits): number {
  const tally = tallyOf(what, limits)
  if (body instanceof FormData || body instanceof URLSearchParams)
    for (const pair of body) for (const part of pair) addBytes(tally, tagBytes + byteSize(part, tally.max))
  else addBytes(tally, byteSize(body, tally.max))
  return tally.bytes
}

type SizedBody = string | ArrayBuffer | Blob | FormData | URLSearchParams

/** A count up to the most bytes that a body or an action may have. Above it a CaptureRefusal is thrown. */
export const tallyOf = (what: string | false, { bodyBytesMax, bytesMax }: SizeLimits): Tally => ({
  bytes: 0,
  max: Math.min(bodyBytesMax, bytesMax),
  tooMany() {
    const text = isDevelopment && `${what} has ${this.bytes} bytes or more`
    return this.bytes > bodyBytesMax
      ? new CaptureRefusal(
          'bodyTooLarge',
          isDevelopment &&
            `${text}; the limit is ${bodyBytesMax} (limits.bodyBytesMax). Send less at once, or raise this limit and the server's.`,
        )
      : new CaptureRefusal(
          'outboxFull',
          isDevelopment &&
            `${text}; the limit of the whole outbox is ${bytesMax} (limits.bytesMax). Send less at once, or raise this limit.`,
        )
  },
})
