// The page's own requests, as a real browser lists them, tell of the way to their origins.
import { afterEach, expect, it, vi } from 'vitest'
import { pageTraffic } from './page-traffic.js'

interface Note {
  readonly path: string
  readonly status: number | undefined
  readonly ms: number
}

let stop = () => {}
afterEach(() => stop())

function listen(): readonly Note[] {
  const notes: Note[] = []
  stop = pageTraffic((url, sentAt, status, at = 0) => {
    const { pathname, search } = new URL(url)
    notes.push({ path: pathname + search, status, ms: at - sentAt })
  })
  return notes
}

const noted = (notes: readonly Note[], path: string) => notes.filter((note) => note.path === path)

it('an answer of any status is reported, with the times of its request and its arrival', async () => {
  const notes = listen()
  await fetch('/wire/gone?a')
  await fetch('/wire/seen?b')

  await vi.waitFor(() => expect(noted(notes, '/wire/seen?b')).toHaveLength(1))
  expect(noted(notes, '/wire/gone?a')).toMatchObject([{ status: 422 }])
  expect(noted(notes, '/wire/seen?b')[0]?.ms).toBeGreaterThan(250)
})

it('a failed request and an answer from the browser’s cache are not reported', async () => {
  const notes = listen()
  await fetch('/wire/reset?c').catch(() => {})
  await (await fetch('/wire/tagged?d')).text()
  await (await fetch('/wire/tagged?d')).text()
  await fetch('/wire/gone?last')

  await vi.waitFor(() => expect(noted(notes, '/wire/gone?last')).toHaveLength(1))
  expect(noted(notes, '/wire/reset?c')).toEqual([])
  expect(noted(notes, '/wire/tagged?d')).toHaveLength(1)
})

it('nothing is reported after stop()', async () => {
  const notes = listen()
  stop()
  await fetch('/wire/gone?e')
  const others = listen()
  await fetch('/wire/gone?f')

  await vi.waitFor(() => expect(noted(others, '/wire/gone?f')).toHaveLength(1))
  expect(notes).toEqual([])
})
