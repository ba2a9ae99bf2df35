// Words for people who do not see the header change. Only that is said which is worth an interruption.

/** The part of the outbox that the header shows. */
export interface Outlook {
  readonly connectivity: 'online' | 'offline' | 'degraded'
  /** Undefined while it is not known. */
  readonly waiting: number | undefined
  readonly deadLetters: number
}

/** The words for a change, or undefined where it is worth none. */
export function announcementOf(before: Outlook, now: Outlook): string | undefined {
  const sentences = [cameBack(before, now), connection(before, now), progress(before, now)]
  const said = sentences.filter((sentence) => sentence !== undefined)
  return said.length === 0 ? undefined : said.join(' ')
}

function cameBack(before: Outlook, now: Outlook): string | undefined {
  const count = now.deadLetters - before.deadLetters
  if (count <= 0) return undefined
  return `${changes(count)} came back. The list named Came back says why.`
}

function connection(before: Outlook, now: Outlook): string | undefined {
  if (now.connectivity === before.connectivity) return undefined
  if (goesOffline(before, now)) return 'You are offline. The device keeps your changes.'
  return before.connectivity === 'offline' ? 'You are online again.' : undefined
}

function progress(before: Outlook, now: Outlook): string | undefined {
  if (before.waiting === undefined || now.waiting === undefined) return undefined
  const grows = now.waiting > before.waiting && now.connectivity !== 'online'
  if (grows || (goesOffline(before, now) && now.waiting > 0))
    return `Saved on this device: ${changes(now.waiting)} waiting.`
  const isOver = now.waiting === 0 && before.waiting > 0
  return isOver && now.deadLetters <= before.deadLetters ? 'All changes are delivered.' : undefined
}

const goesOffline = (before: Outlook, now: Outlook) =>
  now.connectivity === 'offline' && before.connectivity !== 'offline'

const changes = (count: number) => (count === 1 ? '1 change' : `${count} changes`)
