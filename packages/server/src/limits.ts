// Every bound of this package in one place. Reaching one is an answer or a thrown error, never silence.

const kibibyte = 1024
const dayMs = 86_400_000

/** Answers up to this many bytes are stored whole; of a larger one status and headers are (SC20). */
export const storedBodyBytesMax: number = 64 * kibibyte
/** Default of `bodyBytesMax`: 16 MiB, for a request's body and for a handler's answer. */
export const bodyBytesMaxDefault: number = 16 * kibibyte * kibibyte
/** Default of `retentionMs`: 7 days. */
export const retentionMsDefault: number = 7 * dayMs
/** Default of `tombstoneMs`: 400 days, so that a device which lay in a drawer for a year is still told. */
export const tombstoneMsDefault: number = 400 * dayMs
/** Default of `purge()`: how many records one transaction touches at most. */
export const purgedRecordsMaxDefault: number = 1_000
/** How long a transaction waits for its turn to write before the store says that it is busy. */
export const turnWaitMsDefault: number = 5_000
/** What `Retry-After` says on 409 in-progress and on 503 busy, in seconds (RFC 9110 section 10.2.3). */
export const retryAfterSeconds: number = 1
