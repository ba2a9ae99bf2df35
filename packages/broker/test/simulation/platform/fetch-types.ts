// Requests, answers and their bodies, with what the broker and the server use of them. Bodies are whole at once, so no
// stream of Node with its own tasks is in a world.
import { SimAbortController, type SimAbortSignal } from './events.js'

type Pairs = readonly (readonly [string, string])[]
type HeadersGiven = SimHeaders | Pairs | Readonly<Record<string, string>> | undefined | null

export class SimHeaders {
  readonly #pairs = new Map<string, string>()

  constructor(given?: HeadersGiven) {
    if (!given) return
    const pairs = given instanceof SimHeaders || Array.isArray(given) ? given : Object.entries(given)
    for (const [name, value] of pairs as Pairs) this.append(name, value)
  }

  append(name: string, value: string): void {
    const key = nameOf(name)
    const before = this.#pairs.get(key)
    this.#pairs.set(key, before === undefined ? String(value) : `${before}, ${value}`)
  }

  set(name: string, value: string): void {
    this.#pairs.set(nameOf(name), String(value))
  }

  get(name: string): string | null {
    return this.#pairs.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#pairs.has(name.toLowerCase())
  }

  delete(name: string): void {
    this.#pairs.delete(name.toLowerCase())
  }

  forEach(work: (value: string, name: string) => void): void {
    for (const [name, value] of this) work(value, name)
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    yield* this.#pairs
  }

  entries(): IterableIterator<[string, string]> {
    return this[Symbol.iterator]()
  }

  keys(): IterableIterator<string> {
    return this.#pairs.keys()
  }

  values(): IterableIterator<string> {
    return this.#pairs.values()
  }
}

function nameOf(name: string): string {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError(`Invalid header name ${name}`)
  return name.toLowerCase()
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

type Source = { pull?(controller: Controller): unknown; start?(controller: Controller): unknown }
interface Controller {
  enqueue(bytes: Uint8Array): void
  close(): void
  error(reason: unknown): void
}

/** A stream of bytes. `cut` makes a stream that breaks off after its bytes. */
export class SimStream {
  readonly #parts: Uint8Array[] = []
  readonly #isCut: boolean
  readonly #source: Source | undefined
  #isClosed: boolean

  constructor(given: Source | Uint8Array, isCut = false) {
    const isBytes = given instanceof Uint8Array
    if (isBytes && given.length > 0) this.#parts.push(given)
    this.#source = isBytes ? undefined : given
    this.#isClosed = isBytes
    this.#isCut = isCut
  }

  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
    cancel(): Promise<void>
  } {
    return {
      read: async () => {
        if (this.#parts.length === 0 && !this.#isClosed) await this.#source?.pull?.(this.#controller())
        const value = this.#parts.shift()
        if (value !== undefined) return { done: false, value }
        if (this.#isCut) throw new TypeError('The body breaks off.')
        return { done: true, value: undefined }
      },
      cancel: async () => {
        this.#parts.length = 0
        this.#isClosed = true
      },
    }
  }

  #controller(): Controller {
    return {
      enqueue: (bytes) => void this.#parts.push(bytes),
      close: () => {
        this.#isClosed = true
      },
      error: () => {
        this.#isClosed = true
      },
    }
  }

  /** All bytes of a stream. */
  static async bytesOf(stream: SimStream | null): Promise<Uint8Array> {
    const reader = stream?.getReader()
    let all = new Uint8Array(0)
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done || value === undefined) return all
      if (all.length === 0) all = value as Uint8Array<ArrayBuffer>
      else {
        const joined = new Uint8Array(all.length + value.length)
        joined.set(all)
        joined.set(value, all.length)
        all = joined
      }
    }
  }
}

type BodyGiven = string | Uint8Array | ArrayBuffer | SimStream | null | undefined

function streamOfBody(body: BodyGiven): SimStream | null {
  if (body === null || body === undefined) return null
  if (body instanceof SimStream) return body
  if (typeof body === 'string') return new SimStream(encoder.encode(body))
  return new SimStream(body instanceof Uint8Array ? body : new Uint8Array(body))
}

class SimBody {
  readonly body: SimStream | null
  readonly headers: SimHeaders
  bodyUsed = false

  constructor(body: BodyGiven, headers: HeadersGiven) {
    this.body = streamOfBody(body)
    this.headers = new SimHeaders(headers)
    if (typeof body === 'string' && !this.headers.has('content-type'))
      this.headers.set('content-type', 'text/plain;charset=UTF-8')
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    this.bodyUsed = true
    const bytes = await SimStream.bytesOf(this.body)
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  }

  async text(): Promise<string> {
    this.bodyUsed = true
    return decoder.decode(await SimStream.bytesOf(this.body))
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
}

interface RequestGiven {
  readonly method?: string
  readonly headers?: HeadersGiven
  readonly body?: BodyGiven
  readonly credentials?: string
  readonly redirect?: string
  readonly cache?: string
  readonly mode?: string
  readonly signal?: SimAbortSignal
}

export class SimRequestMessage extends SimBody {
  readonly url: string
  readonly method: string
  readonly credentials: string
  readonly redirect: string
  readonly signal: SimAbortSignal
  /** The body as it was given, for those who look at it without reading it. */
  readonly given: BodyGiven

  constructor(url: string | SimRequestMessage, init: RequestGiven = {}) {
    super(init.body, init.headers ?? (typeof url === 'string' ? undefined : url.headers))
    this.given = init.body
    this.url = typeof url === 'string' ? url : url.url
    this.method = init.method ?? (typeof url === 'string' ? 'GET' : url.method)
    this.credentials = init.credentials ?? 'same-origin'
    this.redirect = init.redirect ?? 'follow'
    this.signal = init.signal ?? new SimAbortController().signal
  }
}

interface AnswerGiven {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: HeadersGiven
}

export class SimAnswer extends SimBody {
  readonly status: number
  readonly statusText: string
  readonly type: string = 'basic'
  readonly url: string = ''
  readonly redirected: boolean = false

  constructor(body?: BodyGiven, { status = 200, statusText = '', headers }: AnswerGiven = {}) {
    super(body, headers)
    this.status = status
    this.statusText = statusText
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  static json(data: unknown, init: AnswerGiven = {}): SimAnswer {
    const headers = new SimHeaders(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new SimAnswer(JSON.stringify(data), { ...init, headers })
  }
}
