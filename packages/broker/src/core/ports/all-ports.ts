// Everything that the broker needs from the world. Each port is declared beside its owner.
import type { Backup } from '../backup/checkpoint.js'
import type { DeliveryPorts } from '../delivery/delivery-ports.js'
import type { AnswerCache } from '../reads/cache/answer-cache-port.js'

export interface Ports extends DeliveryPorts {
  /** Where else unsent rows, or at least their number, are kept. */
  readonly backup?: Backup
  /** Where answers of reads are kept; a browser's reads find Cache Storage by themselves. */
  readonly answerCache?: AnswerCache
}
