// A request may wait for a kind of connection, for a visible page or for a time of day. Writes and reads share the rule.

import { recheckMs } from '../limits.js'
import type { Clock } from '../platform.js'
import { isObject } from '../type-checks.js'
import type { Device, DeviceState, Zone } from './device.js'
import { isOpen, isTimeWindow, nextOpening, type TimeWindow } from './time-window.js'

/** All of them have to be met. A condition counts as met where the browser does not tell. */
export interface Conditions {
  /** Not on a connection that is commonly paid for by the byte, as a mobile one. */
  readonly network?: 'unmetered'
  /** Not while the user asks the browser to save data. */
  readonly saveData?: false
  /** Not on a connection that the browser takes for slower. */
  readonly effectiveType?: '2g' | '3g' | '4g'
  /** Only while a page is visible, and so never by a worker. */
  readonly visible?: true
  /** Only in these hours of local time. */
  readonly between?: TimeWindow
}

/** Something is not met. */
export interface Unmet {
  /** Not before this moment, in epoch milliseconds; undefined where no time tells. */
  readonly until?: number
}

/** The state that decides about conditions. Without a zone local time is UTC. */
export interface Surroundings {
  readonly device?: Device | undefined
  readonly zone?: Zone | undefined
}

const utc: Zone = { offsetMinutes: () => 0 }
/** From slow to fast. */
const effectiveTypes = ['slow-2g', '2g', '3g', '4g']

/** The values that each condition may have. */
const kinds: Readonly<Record<keyof Conditions, (value: unknown) => boolean>> = {
  network: (value) => value === 'unmetered',
  saveData: (value) => value === false,
  effectiveType: (value) => effectiveTypes.indexOf(value as string) > 0,
  visible: (value) => value === true,
  between: isTimeWindow,
}

const isCondition = ([name, value]: readonly [string, unknown]): boolean =>
  Object.hasOwn(kinds, name) && kinds[name as keyof Conditions](value)

export const isConditions = (value: unknown): value is Conditions =>
  isObject(value) && Object.entries(value).every(isCondition)

const expected: Readonly<Record<string, string>> = {
  network: "'unmetered'",
  saveData: 'false',
  effectiveType: "'2g', '3g' or '4g'",
  visible: 'true',
  between: "two different times from '00:00' to '23:59', such as { from: '22:00', to: '06:00' }",
}

/**
 * A programmer's mistakes in a `when`.
 * @throws TypeError
 */
export function checkConditions(where: string, when: unknown): void {
  if (!isObject(when))
    throw new TypeError(
      `${where} expects \`when\` to be an object such as { network: 'unmetered' }; got ${JSON.stringify(when)}.`,
    )
  const wrong = Object.entries(when).find((entry) => !isCondition(entry))
  if (wrong === undefined) return
  const [name, value] = wrong
  throw new TypeError(
    Object.hasOwn(expected, name)
      ? `${where} expects \`when.${name}\` to be ${expected[name]}; got ${JSON.stringify(value)}.`
      : `${where} knows no condition \`${name}\`; it takes ${Object.keys(expected).join(', ')}.`,
  )
}

/** Why a request may not be sent `at` this moment; undefined where it may. */
export function unmet(
  { between, ...conditions }: Conditions,
  device: DeviceState,
  at: number,
  zone: Zone,
): Unmet | undefined {
  if (between !== undefined && !isOpen(between, at, zone)) return { until: nextOpening(between, at, zone) }
  return suits(conditions, device) ? undefined : {}
}

const suits = (
  { network, saveData, effectiveType, visible }: Omit<Conditions, 'between'>,
  device: DeviceState,
): boolean =>
  (network === undefined || device.unmetered !== false) &&
  (saveData === undefined || device.saveData !== true) &&
  (visible === undefined || device.visible !== false) &&
  !isSlower(device.effectiveType, effectiveType)

function isSlower(actual: string | undefined, least: string | undefined): boolean {
  if (actual === undefined || least === undefined) return false
  const place = effectiveTypes.indexOf(actual)
  return place >= 0 && place < effectiveTypes.indexOf(least)
}

/** As `unmet`, with what the device and its zone say now. */
export const unmetAt = (
  conditions: Conditions,
  at: number,
  { device, zone }: Surroundings,
): Unmet | undefined => unmet(conditions, device?.now() ?? {}, at, zone ?? utc)

/** When to look again: at the opening of the hours, and soon in any case, since wall clocks are set forward. */
export const lookAgainAt = ({ until = Number.POSITIVE_INFINITY }: Unmet, now: number): number =>
  Math.min(until, now + recheckMs)

/**
 * Resolves as soon as the conditions are met, at once where they are met already. Rejects with the signal's reason if it
 * aborts before.
 */
export function whenMet(
  conditions: Conditions,
  surroundings: Surroundings & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { clock, device } = surroundings
  return new Promise((resolve, reject) => {
    let cancel = () => {}
    const end = (settle: () => void) => {
      cancel()
      stopListening?.()
      signal.removeEventListener('abort', abort)
      settle()
    }
    const abort = () => end(() => reject(signal.reason))
    const look = () => {
      cancel()
      const now = clock.now()
      const missing = unmetAt(conditions, now, surroundings)
      if (missing === undefined) end(resolve)
      else cancel = clock.after(lookAgainAt(missing, now) - now, look)
    }
    const stopListening = device?.listen(look)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    else look()
  })
}
