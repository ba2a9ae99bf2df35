// Prints a run.
import type { Tally } from './batch.js'

export function reportOf(tally: Tally, seconds: number): string {
  const perMinute = Math.round((tally.worlds / seconds) * 60)
  return [
    `${tally.worlds} worlds in ${seconds.toFixed(1)} s (${perMinute} a minute), hash ${tally.hash}`,
    `in the median ${medianOf(tally.entries)} entries, ${medianOf(tally.crashes)} crashes, ${medianOf(tally.faults)} other faults`,
    '',
    'faults by kind:',
    ...columns(
      Object.entries(tally.byKind)
        .sort((a, b) => b[1] - a[1])
        .map(([kind, times]) => `${kind} ${times}`),
    ),
    '',
    'coverage of state × fault, in worlds:',
    ...coverageTable(tally.coverage),
  ].join('\n')
}

function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}

function columns(words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (let i = 0; i < words.length; i += 5)
    lines.push(
      `  ${words
        .slice(i, i + 5)
        .map((word) => word.padEnd(20))
        .join('')}`.trimEnd(),
    )
  return lines
}

const states = ['none', 'waiting', 'sending', 'inDoubt', 'dead']

function coverageTable(coverage: Readonly<Record<string, number>>): readonly string[] {
  const faults = [...new Set(Object.keys(coverage).map((pair) => pair.split(' × ')[1] ?? ''))].sort()
  const row = (name: string, cells: readonly (string | number)[]) =>
    `  ${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(9)).join('')}`
  return [
    row('', states),
    ...faults.map((fault) =>
      row(
        fault,
        states.map((state) => coverage[`${state} × ${fault}`] ?? '–'),
      ),
    ),
  ]
}
