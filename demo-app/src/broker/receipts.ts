// The receipts of this page's changes: with one a change that was never sent can be taken back.
import type { Receipt } from 'redux-broker'

const receipts = new Map<string, Receipt<unknown>>()

/** Remembers the receipt until its entry has ended. */
export function keepReceipt(receipt: Receipt<unknown>): void {
  receipts.set(receipt.id, receipt)
  void receipt.settled.then(() => receipts.delete(receipt.id))
}

export const hasReceipt = (entryId: string): boolean => receipts.has(entryId)

/** Takes back what can still be taken back. Returns those that were too late: they are on their way, or were. */
export async function cancelAll(entryIds: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(entryIds.map(async (id) => receipts.get(id)?.cancel()))
  return entryIds.filter((_id, place) => answers[place] !== 'cancelled')
}
