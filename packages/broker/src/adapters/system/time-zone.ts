import type { Zone } from '../../core/conditions/device.js'

/** Where the device is. */
export const systemZone: Zone = { offsetMinutes: (at) => -new Date(at).getTimezoneOffset() }
