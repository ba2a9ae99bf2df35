import type { ReactElement, ReactNode } from 'react'

interface ScrollTableProps {
  readonly label: string
  readonly columns: readonly string[]
  readonly children: ReactNode
}

/** A table that scrolls inside its card. */
export function ScrollTable({ label, columns, children }: ScrollTableProps): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for a keyboard to scroll it
    <section className="table-scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}
