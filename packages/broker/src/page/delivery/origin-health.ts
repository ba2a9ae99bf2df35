// An answer of any kind ends what the rows say of an origin that seemed away, whoever asked for it.

import type { Reachability } from '../../core/network/reachability.js'
import { afterSign, isBack } from '../../core/outcomes/circuit-breaker.js'
import { type Connectivity, connectivityOf } from '../../core/outcomes/connectivity.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { OriginRow } from '../../core/rows/rows.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'

export interface OriginHealth {
  /**
   * Takes the rows of the origins, and gives the connectivity that they make. The row of an origin that nobody tries
   * says nothing.
   */
  news(origins: readonly OriginRow[], isTried: (origin: string) => boolean): Connectivity
  /** Something was answered. */
  heard(): void
  connectivity(): Connectivity
}

/** Gives the rows with what this page knows beyond a sign-out, which takes them off the disk: whether one has answered. */
export function createOriginMemory(): (rows: readonly OriginRow[]) => readonly OriginRow[] {
  const answered = new Set<string>()
  return (rows) =>
    rows.map((row) => {
      if (row.answered) answered.add(row.origin)
      return { ...row, answered: answered.has(row.origin) }
    })
}

export function createOriginHealth(
  { store, report, reachability }: Pick<Ports, 'store' | 'report'> & { readonly reachability: Reachability },
  host: Pick<PageLifecycle, 'believesOnline'>,
  onBack: () => void,
): OriginHealth {
  let rows: readonly OriginRow[] = []
  /** Nobody tries an origin again for which nothing waits, or nothing whose conditions are met. */
  let isTried: (origin: string) => boolean = () => false
  const isHere = (row: OriginRow | undefined): row is OriginRow =>
    row !== undefined && isBack(row, reachability.answeredAt)
  const connectivity = () =>
    connectivityOf(
      rows.filter(({ origin }) => isTried(origin)),
      host.believesOnline(),
      reachability,
    )

  function heard(): void {
    const back = rows.filter(isHere)
    if (back.length === 0) return
    rows = rows.map((row) => (isHere(row) ? afterSign(row) : row))
    store
      .transact('readwrite', 'relaxed', async (tx) => {
        // An attempt may have missed it anew meanwhile.
        const latest = await Promise.all(back.map(({ origin }) => tx.get('origins', [origin])))
        for (const row of latest.filter(isHere)) tx.put('origins', afterSign(row))
      })
      .then(onBack, report)
  }

  return {
    news(origins, tried) {
      rows = origins
      isTried = tried
      heard()
      return connectivity()
    },
    heard,
    connectivity,
  }
}
