import { useCallback, useEffect, useState } from 'react'

const everyMs = 1_000

/** The value of `read`, about every second while the page is looked at. `again` reads at once. */
export function usePolled<T>(read: () => Promise<T>): { readonly value: T | undefined; again(): void } {
  const [value, setValue] = useState<T>()
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn begins anew
  useEffect(() => {
    let isCurrent = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const next = async () => {
      if (document.visibilityState === 'visible') {
        const latest = await read()
        if (isCurrent) setValue(latest)
      }
      if (isCurrent) timer = setTimeout(() => void next(), everyMs)
    }
    void next()
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [read, turn])
  return { value, again: useCallback(() => setTurn((before) => before + 1), []) }
}
