// The ports to the realm itself, its clocks, its random numbers, its locks, and messages to other realms.

export interface Clock {
  /** Wall time in epoch milliseconds. It may jump. */
  now(): number
  /** Milliseconds since some moment. They never jump. */
  monotonic(): number
  /** Calls back once, `ms` from now; returns what takes it back. */
  after(ms: number, callback: () => void): () => void
}

export interface RandomSource {
  /** Uniform in [0, 1). */
  random(): number
  /** 128 random bits as hexadecimal digits. */
  id(): string
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** A one-way hash, as hexadecimal digits. */
  digest(text: string): Promise<string>
}

export interface Locks {
  /** Whether a lock frees itself when its holder dies. Where not, only watched leases tell. */
  readonly available: boolean
  /**
   * Runs `work` alone among all that hold `name`; rejects with the signal's reason if it aborts before the grant.
   * `steal` waits for nobody. It takes the lock from its holder, whose `lost` then aborts.
   */
  hold(
    name: string,
    options: { readonly signal: AbortSignal; readonly steal?: boolean },
    work: (lost: AbortSignal) => Promise<void>,
  ): Promise<void>
}

/** Hints between realms. They may be lost or come twice, so the state is always read from the rows. */
export interface Bus {
  post(hint: string): void
  listen(listener: (hint: string) => void): () => void
  close(): void
}
