// The life of one realm of a test world.

/** Whether a realm still runs. */
export interface Life {
  isAlive(): boolean
  onEnd(listener: () => void): void
  end(): void
  /** Starts nothing once dead; and what was started before tells a dead realm nothing. */
  whileAlive<T>(work: () => Promise<T>): Promise<T>
}

export function createLife(): Life {
  const listeners: (() => void)[] = []
  let alive = true
  const never = new Promise<never>(() => {})
  return {
    isAlive: () => alive,
    onEnd: (listener) => void listeners.push(listener),
    end() {
      alive = false
      for (const listener of listeners) listener()
    },
    async whileAlive(work) {
      if (!alive) return never
      try {
        const result = await work()
        return alive ? result : never
      } catch (error) {
        if (alive) throw error
        return never
      }
    },
  }
}
