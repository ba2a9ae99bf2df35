// The text of a field whose change is sent from it. The field is free at once for the next words. It has its text
// back where the change could not be saved.
import { useState } from 'react'
import type { Receipt } from 'redux-broker'

export interface UnsavedText {
  readonly text: string
  setText(text: string): void
  /** Empties the field for a change that was made of its text. */
  hand(receipt: Receipt<unknown>): void
}

export function useUnsavedText(): UnsavedText {
  const [text, setText] = useState('')
  return {
    text,
    setText,
    hand(receipt) {
      setText('')
      void receipt.accepted.then(({ status }) => {
        // Newer text, typed since, stays.
        if (status === 'notAccepted') setText((now) => (now === '' ? text : now))
      })
    },
  }
}
