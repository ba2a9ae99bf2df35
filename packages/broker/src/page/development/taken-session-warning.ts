// For development. A user's session ends where another one begins at a page that lies elsewhere. That may be another app.
import type { Owner } from '../../core/outbox/partition.js'
import type { Base } from '../../core/rows/base-path.js'
import type { SessionRow } from '../../core/rows/rows.js'
import { sayOnce } from '../../redux/development.js'

interface AppPlace {
  readonly base: Base
  readonly place: string
}

/** Says so in the page that began a session. Call it where `isDevelopment` only. */
export function warnOfEndedSession({ from = '/', principal }: SessionRow, owner: Owner, own: AppPlace): void {
  const whose = principal === owner.principal ? 'the same' : 'another'
  sayOnce(sessionText(own.place, `the session of ${whose} user at ${from}`, own))
}

/** Says so in the page whose session has ended. */
export function warnOfTakenSession({ from = '/' }: SessionRow, own: AppPlace): void {
  if (from !== own.place) sayOnce(sessionText(from, `the session of this page's user, at ${own.place}`, own))
}

const sessionText = (taker: string, session: string, { base, place }: AppPlace) =>
  `the page at ${taker} has ended ${session}. The entries there wait from now on. ` +
  (base === place
    ? ''
    : 'An inline script, or one of another origin, does not tell to which app it belongs. ') +
  'If these are two apps, give each its own `name`, in createBroker() and in its worker. A new name begins an empty ' +
  'outbox, so let waiting entries be delivered first. ' +
  (base === place ? 'If they are one app that has moved, set `base` to its former base.' : '')
