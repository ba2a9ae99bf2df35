// A letter leaves with the button that was pressed. The keyboard goes on at the next letter, or at the heading.
import { type RefObject, useEffect, useRef } from 'react'
import { isFocusLost } from '../ui/focus'

/** The user did something about this letter. */
export type OnAct = (id: string) => void

export function useFocusOnNext(ids: readonly string[]): {
  readonly section: RefObject<HTMLElement | null>
  readonly onAct: OnAct
} {
  const section = useRef<HTMLElement>(null)
  const acted = useRef<{ readonly id: string; readonly place: number }>(undefined)
  const all = ids.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when a letter has come or gone
  useEffect(() => {
    if (acted.current === undefined || ids.includes(acted.current.id)) return
    const next = section.current?.querySelectorAll('.letter')[acted.current.place]
    acted.current = undefined
    const target = next?.querySelector('button') ?? section.current?.querySelector('h2')
    if (isFocusLost()) target?.focus()
  }, [all])
  return {
    section,
    onAct: (id) => {
      acted.current = { id, place: ids.indexOf(id) }
    },
  }
}
