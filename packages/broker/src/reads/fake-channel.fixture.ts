// Message ports whose words arrive in a microtask, so that a manual clock sees all of them land.

type Listener = (event: { readonly data: unknown }) => void

class FakePort {
  other: FakePort | undefined
  #listener: Listener | undefined
  #unheard: unknown[] = []

  set onmessage(listener: Listener) {
    this.#listener = listener
    for (const data of this.#unheard.splice(0)) listener({ data })
  }

  postMessage(data: unknown): void {
    const { other } = this
    const copy = structuredClone(data)
    queueMicrotask(() => other?.hear(copy))
  }

  hear(data: unknown): void {
    if (this.#listener === undefined) this.#unheard.push(data)
    else this.#listener({ data })
  }

  /** What was said before still arrives there; nothing does here. */
  close(): void {
    this.#listener = () => {}
    if (this.other !== undefined) this.other.other = undefined
    this.other = undefined
  }
}

export class FakeChannel {
  readonly port1: FakePort = new FakePort()
  readonly port2: FakePort = new FakePort()

  constructor() {
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}
