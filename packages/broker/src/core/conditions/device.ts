// The ports to the device, its connection, its visibility and its time zone.

/** The state of a device at a moment. Undefined where its browser does not say. */
export interface DeviceState {
  /** Whether its connection is commonly not paid for by the byte. */
  readonly unmetered?: boolean | undefined
  /** Whether its user asks to save data. */
  readonly saveData?: boolean | undefined
  /** The kind of connection that it is as fast as, which is `slow-2g`, `2g`, `3g` or `4g`. */
  readonly effectiveType?: string | undefined
  /** Whether this realm is a page that is looked at. */
  readonly visible?: boolean | undefined
}

export interface Device {
  now(): DeviceState
  /** Calls back when it may have become fit for what it was not; returns what ends that. */
  listen(listener: () => void): () => void
}

/** Local time. */
export interface Zone {
  /** Whole minutes that its clocks are ahead of UTC at a moment, in epoch milliseconds. */
  offsetMinutes(at: number): number
}
