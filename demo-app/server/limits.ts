// Every bound of the demo server, with its unit in its name.
export const limits = {
  textCharactersMax: 280,
  clapsPerRequestMax: 1000,
  /** 5 MiB, so that a photo fits. */
  bodyBytesMax: 5_242_880,
  postsListedMax: 1000,
  faultRulesMax: 100,
  /** Ten minutes. */
  faultDelayMsMax: 600_000,
  closeGraceMs: 2000,
  closeNoticeMs: 20,
  /** 7 days, for which the answer to a key is kept and repeated. */
  keyRetentionMs: 604_800_000,
  /** How long a used key is remembered after that. `forget-keys` faults in a row do not outlast a hundred years. */
  keyTombstoneMs: 3_153_600_000_000,
  purgeEveryMs: 60_000,
  /** Five minutes, so that a stolen token is soon worth nothing. */
  tokenMs: 300_000,
  /** Sign-ins of one user from one address at once. */
  signInsMax: 20,
  /** One more sign-in is allowed each three seconds. */
  signInEveryMs: 3000,
  signInBucketsMax: 10_000,
} as const
