// Captures that end before they are accepted, by a refusal or by a cancellation in time. Their changes leave the view,
// and their receipts settle.
import type { Ports } from '../../core/ports/all-ports.js'
import type { StoredAction } from '../../core/rows/entry.js'
import { type BrokerAction, type OutcomeAction, outcome } from '../../redux/actions.js'
import { isDevelopment } from '../../redux/development.js'
import type { NotAcceptedReason } from '../../redux/types.js'
import { deferRebase } from '../view/changes-to-actions.js'
import type { Receipts } from '../view/receipts.js'
import { settledOf } from '../view/store-bridge.js'
import type { QueuedCapture } from './capture-queue.js'
import { type CaptureRefusal, storageRefusal } from './capture-refusal.js'
import type { FullOutbox } from './full-outbox.js'

/** One capture of this page, until it is accepted or has ended. */
export interface CapturedWrite extends QueuedCapture {
  lane: string
  readonly action: StoredAction
  readonly accepted: Promise<unknown>
  /** No reducer was given its action. */
  isUnseen: boolean
}

export interface CaptureEndsContext {
  readonly ports: Ports
  readonly receipts: Receipts
  /** The user whose action it is. Empty while nobody is signed in. */
  principal(): string
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
}

type Identified = readonly { readonly id: string }[]

export interface CaptureEnds {
  cancel(captures: Identified): void
  refuse(captures: Identified, refusal: CaptureRefusal): void
  /** Refuses a capture as it is taken. In a flood, all of one turn that found the outbox full are refused together. */
  refuseAtOnce(capture: CapturedWrite, refusal: CaptureRefusal): void
  /** The storage took none of them. */
  failed(captures: Identified, error: unknown): void
}

/** `captures` has those of this page that are not accepted yet. */
export function createCaptureEnds(
  { dispatch, ports, principal, receipts }: CaptureEndsContext,
  captures: Map<string, CapturedWrite>,
  room: FullOutbox,
): CaptureEnds {
  const refusedThisTurn: CapturedWrite[] = []

  function end(
    ended: Identified,
    kind: 'notAccepted' | 'cancelled',
    error?: { readonly reason: NotAcceptedReason },
  ): void {
    const at = ports.clock.now()
    const shown: OutcomeAction[] = []
    for (const { id } of ended) {
      const capture = captures.get(id)
      captures.delete(id)
      if (capture === undefined) continue
      const { action, lane, isUnseen } = capture
      const told = { kind, entryId: id, action, lane, error, at, late: false } as const
      const ofCapture = outcome(isUnseen ? { ...told, unseen: true } : told)
      // Another user who came meanwhile is shown nothing of it.
      if (capture.principal === principal()) shown.push(ofCapture)
      else receipts.settle(id, settledOf(ofCapture))
    }
    if (kind === 'notAccepted' && shown.length > 1)
      dispatch([{ type: 'redux-broker/refused', payload: shown.map(refusedEntry) }])
    dispatch(deferRebase(shown))
  }

  function refuse(refused: Identified, { reason, message, cause }: CaptureRefusal): void {
    if (isDevelopment)
      console.error(
        `redux-broker: ${message}`,
        cause ?? (refused.length > 1 ? `(${refused.length} times)` : ''),
      )
    end(refused, 'notAccepted', { reason })
  }

  return {
    cancel: (cancelled) => end(cancelled, 'cancelled'),
    refuse,
    refuseAtOnce(capture, refusal) {
      if (!room.isFlood(refusal)) return refuse([capture], refusal)
      if (refusedThisTurn.push(capture) === 1)
        queueMicrotask(() => refuse(refusedThisTurn.splice(0), refusal))
    },
    failed(refused, error) {
      ports.report(error)
      const refusal = storageRefusal(error)
      room.tried(refusal.reason === 'storageUnavailable')
      refuse(refused, refusal)
    },
  }
}

const refusedEntry = ({ error, meta }: OutcomeAction) => ({
  id: meta.entryId,
  lane: meta.broker.lane,
  type: meta.action.type,
  reason: error?.reason ?? '',
})
