import type { Zone } from '../core/ports.js'

/** Where the device is. */
export const systemZone: Zone = { offsetMinutes: (at) => -new Date(at).getTimezoneOffset() }
