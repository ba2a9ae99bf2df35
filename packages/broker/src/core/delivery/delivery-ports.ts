// Everything that a delivery needs from the world.
import type { Device, Zone } from '../conditions/device.js'
import type { Network } from '../network/network.js'
import type { Reachability } from '../network/reachability.js'
import type { Bus, Clock, Locks, RandomSource } from '../platform.js'
import type { Store } from '../rows/store-port.js'

export interface DeliveryPorts {
  readonly store: Store
  readonly clock: Clock
  readonly randomSource: RandomSource
  readonly network: Network
  readonly locks: Locks
  readonly bus: Bus
  /** Without it nothing is known of the device. */
  readonly device?: Device
  /** Without it local time is UTC. */
  readonly zone?: Zone
  /** This realm's knowledge of the way to each origin. Without it nothing is known. */
  readonly reachability?: Reachability
  /** A user's callback or the world failed in a way that no outcome carries. Never throws. */
  report(error: unknown): void
}
