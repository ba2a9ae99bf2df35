// How old a copy is. An answer that is the server's latest says nothing.
import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'
import './account.css'
import type { Dated } from './account-slice'

export function Age({
  of,
}: {
  of: Pick<Dated<unknown>, 'fetchedAt' | 'isStale'> | undefined
}): ReactElement | null {
  if (!of?.isStale) return null
  return (
    <span className="age" data-stale-since={of.fetchedAt}>
      <Icon name="clock" />
      <span className="hidden-text">copy from </span>
      {timeOf(of.fetchedAt)}
    </span>
  )
}

/** With its day where that is not today. */
export function timeOf(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString()
  return new Date(at).toLocaleString([], {
    ...(!isToday && { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  })
}
