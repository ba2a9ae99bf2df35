// Every bound of this package in one place. Reaching one is an answer or a thrown error, never silence.

const kibibyte = 1024
const dayMs = 86_400_000

/** Answers up to this many bytes are stored whole. A larger answer is stored by its status and headers. */
export const storedBodyBytesMax: number = 64 * kibibyte
/** Stored headers of an answer have up to this many bytes together, names too. */
export const storedHeaderBytesMax: number = 16 * kibibyte
/** The default of `bodyBytesMax` is 16 MiB, for a request's body and for a handler's answer. */
export const bodyBytesMaxDefault: number = 16 * kibibyte * kibibyte
/** The default of `retentionMs` is 7 days. */
export const retentionMsDefault: number = 7 * dayMs
/**
 * The default of `tombstoneMs` is 400 days, so that a device which lay in a drawer for a year still learns of its
 * keys.
 */
export const tombstoneMsDefault: number = 400 * dayMs
/** The default of `purge()`, and the most records that one transaction touches. */
export const purgedRecordsMaxDefault: number = 1_000
/** How long a transaction waits for its turn to write before the store says that it is busy. */
export const turnWaitMsDefault: number = 5_000
/** How many transactions may wait for a turn at once, however short the turns are. */
export const queueLengthMax: number = 5_000
/** Default of `deadlineMs`. */
export const deadlineMsDefault: number = 10_000
/** The largest step of the clock that is believed at once. */
export const clockStepMsMax: number = dayMs
/** The latest time that a Date of JavaScript can have. */
export const timeMsMax: number = 8_640_000_000_000_000
/** The longest time that a timer of JavaScript can be set to. */
export const timerMsMax: number = 2_147_483_647
/** The default of `waitingBytesMax` is 64 MiB of request bodies in memory at once. */
export const waitingBytesMaxDefault: number = 64 * kibibyte * kibibyte
/** Default of `keysPerPrincipalMax`. */
export const keysPerPrincipalMaxDefault: number = 100_000
/** The least that `Retry-After` says, in seconds (RFC 9110 section 10.2.3). */
export const retryAfterSecondsMin: number = 1
/** How many pieces of an answer are read before others have the thread. */
export const chunksPerTask: number = 64
/** How long no byte of a request's body may arrive before it counts as broken off. Its pace is looked at as often. */
export const bodyStallMsMax: number = 10_000
/** How long a body may take that arrives at a steady pace. It is Node's own bound, the default of `requestTimeout`. */
export const bodyArrivalMsMax: number = 300_000
