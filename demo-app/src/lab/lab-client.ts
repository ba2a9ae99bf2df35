// The proving ground's controls, as the lab uses them. Absent where the server runs with FAULTS=0.

export interface LedgerAttempt {
  readonly seq: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly key: string | null
  readonly status: number | string | null
}

export interface LedgerEffect {
  readonly seq: number
  readonly at: number
  readonly kind: string
  readonly target: string
  readonly user: string
  readonly key: string
}

export interface LedgerContent {
  readonly attempts: readonly LedgerAttempt[]
  readonly effects: readonly LedgerEffect[]
}

export interface FaultRule {
  readonly kind: string
  readonly match: { readonly method?: string; readonly path?: string }
  readonly times?: number
  readonly [extra: string]: unknown
}

export type Answer<T> =
  | { readonly status: 'ok'; readonly value: T }
  /** The server has no such controls. */
  | { readonly status: 'absent' }
  | { readonly status: 'unreachable' }
  | { readonly status: 'refused'; readonly detail: string }

export const readLedger = (): Promise<Answer<LedgerContent>> => ask('/__test__/ledger')
export const readFaults = (): Promise<Answer<readonly FaultRule[]>> => ask('/__test__/faults')

export const putFaults = (rules: readonly FaultRule[]): Promise<Answer<readonly FaultRule[]>> =>
  ask('/__test__/faults', { method: 'PUT', body: JSON.stringify(rules) })

export const emptyLedger = (): Promise<Answer<undefined>> => ask('/__test__/ledger', { method: 'DELETE' })

const timeoutMs = 5_000

async function ask<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const answer = await fetch(path, {
      ...init,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (answer.status === 404) return { status: 'absent' }
    if (answer.status === 204) return { status: 'ok', value: undefined as T }
    const body: unknown = await answer.json()
    if (answer.ok) return { status: 'ok', value: body as T }
    const { detail } = body as { readonly detail?: unknown }
    return { status: 'refused', detail: typeof detail === 'string' ? detail : `Status ${answer.status}` }
  } catch {
    return { status: 'unreachable' }
  }
}
