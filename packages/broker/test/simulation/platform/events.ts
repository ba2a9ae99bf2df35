// Events and abort signals with what the broker uses of them. They are deterministic and cheap: those of Node hold
// their dependants by weak references, which the garbage collector decides about.

type Listener = ((event: unknown) => void) | { handleEvent(event: unknown): void } | null

/** The part of an EventTarget that the broker and the server use. */
export class Target {
  /** Each with whether it hears one event only. */
  readonly #listeners = new Map<string, Map<NonNullable<Listener>, boolean>>()

  addEventListener(type: string, listener: Listener, options?: boolean | { readonly once?: boolean }): void {
    if (listener === null) return
    const all = this.#listeners.get(type) ?? new Map<NonNullable<Listener>, boolean>()
    this.#listeners.set(type, all)
    if (!all.has(listener)) all.set(listener, typeof options === 'object' && options.once === true)
  }

  removeEventListener(type: string, listener: NonNullable<Listener>): void {
    this.#listeners.get(type)?.delete(listener)
  }

  dispatchEvent(event: { readonly type: string }): boolean {
    const handler = (this as unknown as Record<string, unknown>)[`on${event.type}`]
    if (typeof handler === 'function') handler.call(this, event)
    const all = this.#listeners.get(event.type)
    for (const [listener, once] of all === undefined ? [] : [...all]) {
      if (!all?.has(listener)) continue
      if (once) all.delete(listener)
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
    }
    return true
  }
}

export class SimDomException extends Error {
  override readonly name: string
  constructor(message = '', name = 'Error') {
    super(message)
    this.name = name
  }
}

export class SimAbortSignal extends Target {
  aborted = false
  reason: unknown = undefined
  onabort: (() => void) | null = null

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  static any(signals: readonly SimAbortSignal[]): SimAbortSignal {
    const all = new SimAbortSignal()
    const aborted = signals.find((signal) => signal.aborted)
    if (aborted) abortWith(all, aborted.reason)
    else
      for (const signal of signals)
        signal.addEventListener('abort', () => abortWith(all, signal.reason), { once: true })
    return all
  }

  static abort(reason?: unknown): SimAbortSignal {
    const signal = new SimAbortSignal()
    abortWith(signal, reason)
    return signal
  }
}

function abortWith(signal: SimAbortSignal, reason: unknown): void {
  if (signal.aborted) return
  signal.aborted = true
  signal.reason = reason === undefined ? new SimDomException('This was aborted.', 'AbortError') : reason
  signal.dispatchEvent({ type: 'abort' })
}

export class SimAbortController {
  readonly signal: SimAbortSignal = new SimAbortSignal()
  abort(reason?: unknown): void {
    abortWith(this.signal, reason)
  }
}
