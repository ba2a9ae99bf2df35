// Every bound of the broker in one table, with the unit in the name.

/** Bounds that an app may set. */
export interface Limits {
  /** Waiting entries and dead letters of one partition. Default 10,000. */
  readonly entriesMax: number
  /** Bytes of their bodies and actions together. Default 50 MiB. */
  readonly bytesMax: number
  /** Bytes of one body. Default 5 MiB. */
  readonly bodyBytesMax: number
  /** Characters of a URL, percent-encoded. Default 8,000, which every server should take (RFC 9110 §4.1). */
  readonly urlCharactersMax: number
  /** Counted failures before an entry is returned. Default 60, which backoff stretches over about two hours. */
  readonly failuresMax: number
  /** Requests in flight at once to one origin. Default 6, what HTTP/1.1 gives it. */
  readonly concurrencyMax: number
  /** Of them reads, which leave one for writes in any case. Default 5. */
  readonly readsMax: number
  /** Reads that wait for their turn, each asked by any number of readers. Default 1,000. */
  readonly waitingReadsMax: number
  /**
   * How long an attempt may show no progress, in milliseconds. Progress is an answer or a part of one. A body adds its
   * bytes at 50 kB/s, since the progress of an upload cannot be seen. Default 30,000. Must stay below the lease.
   */
  readonly attemptMs: number
  /** Bytes of an answer whose body is kept. A longer answer counts, without its body. Default 64 MiB. */
  readonly answerBytesMax: number
}

export const defaultLimits: Limits = {
  entriesMax: 10_000,
  bytesMax: 50 * 1024 * 1024,
  bodyBytesMax: 5 * 1024 * 1024,
  urlCharactersMax: 8_000,
  failuresMax: 60,
  concurrencyMax: 6,
  readsMax: 5,
  waitingReadsMax: 1_000,
  attemptMs: 30_000,
  answerBytesMax: 64 * 1024 * 1024,
}

/** Bytes of the answer of a refusal that are kept. */
export const problemBytesMax = 8_192

/** The slowest line over which an upload is waited for, in bytes a millisecond. */
export const uploadBytesPerMs = 50

/**
 * The lease outlives the attempt, and its renewals keep it alive in between. It is longer than a minute: timers of
 * a tab that has long been hidden fire once in that time, those of its renewals included.
 */
export const leaseMs = 75_000
export const leaseRenewalMs = 15_000
/** How often one who waits for a lock looks whether its holder lives. */
export const lookMs = 5_000
/**
 * After this a drain claims nothing more. An attempt in flight may then take three attempts' time (headers, request,
 * session probe) and a knock. All of it has to end before the 180 s of a `sync` event.
 */
export const drainMs = 60_000

/** Capped exponential backoff with full jitter. */
export const backoffBaseMs = 1_000
export const backoffCapMs = 300_000
/** A server's `Retry-After` is obeyed up to this; then it is asked again. */
export const retryAfterCapMs = 3_600_000
/** No wait is ever longer than this, whatever the clock does. */
export const waitCapMs = 86_400_000

/** How long a server is taken to remember keys until it says so (`Idempotency-Retention`). It is the shortest common time. */
export const retentionDefaultMs = 86_400_000
/** A wall clock that is set back by less is only being corrected. */
export const clockSlackMs = 2_000

/** Entries in doubt that one round asks the server about. */
export const statusQuestionsMax = 20
/** An entry in doubt is asked about again after this, and by backoff on top of it. */
export const askAgainMs = 1_000

/**
 * A read that has waited so long counts as one priority higher. With nine priorities none waits longer than eight times
 * this behind reads that were asked after it.
 */
export const readAgeMs = 5_000
/** Priorities from 1 to this are urgent. One of a page's connections is kept for them. */
export const urgentMax = 3
/** How long a read is held for writes that touch what it shows. */
export const holdMsMax = 30_000
/** How long it waits for writes that have surely had no effect. Such writes go on top of its answer. */
export const holdSureMs = 4_000
/** A read waits no longer for a storage or a function of the app that hangs. */
export const readPrepareMs = 2_000
/** A read on screen that failed is asked for again after this, and after twice as long each time, so often at most. */
export const rereadBaseMs = 5_000
export const rereadsMax = 10

/** How long an answer vouches for its origin. A request that must not be repeated leaves meanwhile without a knock. */
export const freshMs = 5_000
/** How long an answer of one origin says that the page is not offline, though another is away. */
export const answeringMs = 35_000
/** How long a request waits for its knock. */
export const knockMs = 10_000
/** The longest time of a late answer to a knock. It still tells that the way is open, and how long to wait next time. */
export const lateKnockMs = 25_000

/** How often a network that seems away is tried: in a visible window that believes itself online, and elsewhere. */
export const probeVisibleMs = 15_000
export const probeHiddenMs = 300_000
/** Wake-ups (a capture, `online`, focus) closer together than this make one probe. */
export const probeSpacingMs = 1_000

/**
 * How often unmet conditions are looked at again. A wall clock that was set forward tells nobody. Entries in doubt are asked
 * about again after this where the storage failed.
 */
export const recheckMs = 60_000

/** How long an entry that is on disk may wait for its copy before it counts as accepted. */
export const copyMsMax = 250
/** How long a start waits for what is known beside a database that has lost nothing, as far as it knows. */
export const knownMsMax = 2_000
/** How long a place beside the database, or the code that mends it, may take for anything else. */
export const recoverMsMax = 30_000
/** Both are counted in timers of this length. A thread that is busy for longer has had one turn. */
export const turnMs = 1_000
/** How long after a start its copy is brought level. */
export const levelAfterMs = 3_000
/** Checkpoints come no closer together than this. Each takes the disk some milliseconds. */
export const noteSpacingMs = 200

/**
 * A note keeps its words (payload, answer) so long for the other open pages. Timers of a tab that has long been
 * hidden fire once a minute.
 */
export const journalGraceMs = 75_000
/** Older notes are told to no page. */
export const journalAgeMsMax = 604_800_000
/** Rows of the journal kept for pages that were closed, as many as wait at most by default; the oldest go first. */
export const journalMax = 10_000
/** Dead letters that are read at once. */
export const lettersMax = 1_000
/** Rows read at once when a page catches up. */
export const pageRowsMax = 200
/** The most that one list can be asked for: IndexedDB throws above it. */
export const listMax: number = 2 ** 32 - 1
/** The latest outcomes, which a page applies again over a truth that was read before them. */
export const outcomesMax = 200
/** The latest attempts that pages are told of while their entries wait. */
export const triedMax = 20
/**
 * Entries that a starting page brings back into its view, oldest first: as many as wait at most by default. So many
 * take a page about 130 ms at its start, and 50 ms at each rebase.
 */
export const restoredMax = 10_000
/** Entries that the broker's slice lists one by one; beyond it only the counts are exact. */
export const indexMax = 500
/** An origin from which so many reads in a row have failed is spared the repeats. */
export const missesMax = 10
