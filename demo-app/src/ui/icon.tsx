// The icons of the app, drawn on a grid of 24. Words stand beside or behind each of them.
import type { ReactElement } from 'react'

const paths = {
  heart: 'M12 20.5S3.5 15.7 3.5 9.4A4.7 4.7 0 0 1 12 6.6a4.7 4.7 0 0 1 8.5 2.8c0 6.3-8.5 11.1-8.5 11.1z',
  clap: 'M6.8 12.7 11 8.5a1.3 1.3 0 0 1 1.9 1.9l1.7-1.7a1.3 1.3 0 0 1 1.9 1.9l.8-.8a1.3 1.3 0 0 1 1.9 1.9l-5.6 6.9a5 5 0 0 1-7.4.3 5 5 0 0 1 .6-6.2zM9 4.5V3M5.5 6 4.4 5M13 4.8 13.9 3.6',
  comment: 'M4.5 5.5h15v10h-8l-4 3.5v-3.5h-3z',
  send: 'M4 12 20 4.5 15 20l-3.5-6.5z',
  device: 'M8.5 2.5h7a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zM9.3 12l2 2.1 3.4-4',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l2.5 2',
  pause: 'M9 6v12M15 6v12',
  question: 'M9 9.2a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.8v.5M12 17.6v.1',
  back: 'M9.5 6 4.5 11l5 5M5 11h8.5a5 5 0 0 1 5 5v2',
  cross: 'M7 7l10 10M17 7 7 17',
  tick: 'M5 12.5l4.2 4L19 7',
  ticks: 'M2.5 12.5l4 4L15 7.5M11.5 15l1.8 1.5L21.5 7.5',
  refresh: 'M19 8a8 8 0 1 0 1 5.5M19.5 3.5V8H15',
  cloudOff: 'M4 4l16 16M8 8.5a5 5 0 0 0-1.5 9.5h10M11 6.7A6 6 0 0 1 17.5 12a3.5 3.5 0 0 1 2.7 5',
  cloud: 'M7 18a4.5 4.5 0 0 1-.5-9A6 6 0 0 1 18 10.5 3.8 3.8 0 0 1 17.5 18z',
  lab: 'M9.5 3.5h5M10.5 3.5v6L5 19a1.2 1.2 0 0 0 1 1.8h12a1.2 1.2 0 0 0 1-1.8l-5.5-9.5v-6M8 15h8',
  home: 'M4 11.5 12 4.5l8 7V20h-5.5v-5h-5v5H4z',
  bell: 'M6.5 16.5v-6a5.5 5.5 0 0 1 11 0v6l1.5 1.5H5zM10 20.5h4',
  pen: 'M5 19l1-4L16.5 4.5l3 3L9 18z',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, isFilled = false }: { name: IconName; isFilled?: boolean }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill={isFilled ? 'currentColor' : 'none'} />
    </svg>
  )
}
