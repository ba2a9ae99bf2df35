// The receipts that dispatch hands back. The promises of a receipt never reject, so nobody is forced to watch them.
import type { Accepted, Receipt, Settled } from '../../redux/types.js'

/** Thrown by `unwrap()` when something else than an answer came. */
export class NotDeliveredError extends Error {
  override readonly name = 'NotDeliveredError'
  readonly outcome: Exclude<Settled<unknown>, { status: 'delivered' }>
  constructor(outcome: Exclude<Settled<unknown>, { status: 'delivered' }>) {
    super(`The request was ${outcome.status}${'reason' in outcome ? `: ${outcome.reason}` : ''}.`)
    this.outcome = outcome
  }
}

export interface Receipts {
  open(id: string, cancel: () => Promise<'cancelled' | 'tooLate'>): Receipt<unknown>
  accept(id: string): void
  /** Ends the receipt; one that is not known here belongs to another page. */
  settle(id: string, outcome: Settled<unknown>): void
  /** Its user has signed out: it ends as soon as its entry is on disk, whatever becomes of that. */
  leave(id: string): void
}

interface Open {
  isAccepted: boolean
  isLeft: boolean
  readonly accept: (accepted: Accepted) => void
  readonly settle: (settled: Settled<unknown>) => void
}

export function createReceipts(): Receipts {
  const open = new Map<string, Open>()

  function settle(id: string, outcome: Settled<unknown>): void {
    const receipt = open.get(id)
    open.delete(id)
    receipt?.accept(outcome.status === 'notAccepted' ? outcome : { status: 'accepted' })
    receipt?.settle(outcome)
  }

  /** Notes a word on a receipt, and ends the receipt once both words are there. */
  function note(id: string, word: Partial<Open>): void {
    const receipt = open.get(id)
    if (receipt === undefined) return
    Object.assign(receipt, word)
    if (receipt.isAccepted) receipt.accept({ status: 'accepted' })
    if (receipt.isAccepted && receipt.isLeft) settle(id, { status: 'signedOut' })
  }

  return {
    open(id, cancel) {
      let accept: Open['accept'] = () => {}
      let settle: Open['settle'] = () => {}
      const accepted = new Promise<Accepted>((resolve) => {
        accept = resolve
      })
      const settled = new Promise<Settled<unknown>>((resolve) => {
        settle = resolve
      })
      open.set(id, { accept, settle, isAccepted: false, isLeft: false })
      return { id, accepted, settled, unwrap: () => settled.then(unwrapped), cancel }
    },
    accept: (id) => note(id, { isAccepted: true }),
    settle,
    leave: (id) => note(id, { isLeft: true }),
  }
}

function unwrapped(outcome: Settled<unknown>): unknown {
  if (outcome.status === 'delivered') return outcome.answer
  throw new NotDeliveredError(outcome)
}

const nothingKept = { status: 'notAccepted', reason: 'storageUnavailable' } as const

/** The receipt of a dispatch on a server, where nothing is captured. */
export const inertReceipt: Receipt<never> = {
  id: '',
  accepted: Promise.resolve(nothingKept),
  settled: Promise.resolve(nothingKept),
  unwrap: () => Promise.reject(new NotDeliveredError(nothingKept)),
  cancel: async () => 'tooLate',
}
