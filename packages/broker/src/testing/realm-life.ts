// The life of one realm of a test world.

/** Whether a realm still runs. */
export interface Life {
  isAlive(): boolean
  onEnd(listener: () => void): void
  end(): void
  freeze(): void
  thaw(): void
  /** An event of the realm: at once, or as it thaws; never once it is dead. */
  run(event: () => void): void
  /** Starts nothing once dead; and what was started before tells a dead realm nothing, a frozen one as it thaws. */
  whileAlive<T>(work: () => Promise<T>): Promise<T>
}

export function createLife(): Life {
  const listeners: (() => void)[] = []
  let alive = true
  let missed: (() => void)[] | undefined
  const never = new Promise<never>(() => {})
  const thawed = () => new Promise<void>((resolve) => void missed?.push(resolve))
  return {
    isAlive: () => alive,
    onEnd: (listener) => void listeners.push(listener),
    end() {
      alive = false
      for (const listener of listeners) listener()
    },
    freeze() {
      missed ??= []
    },
    thaw() {
      const events = missed ?? []
      missed = undefined
      for (const event of events) if (alive) event()
    },
    run(event) {
      if (missed !== undefined) missed.push(event)
      else if (alive) event()
    },
    async whileAlive(work) {
      if (!alive) return never
      try {
        const result = await work()
        if (missed !== undefined) await thawed()
        return alive ? result : never
      } catch (error) {
        if (missed !== undefined) await thawed()
        if (alive) throw error
        return never
      }
    },
  }
}
