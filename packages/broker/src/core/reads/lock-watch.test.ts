import { expect, it } from 'vitest'
import { createMemoryLocks } from '../../testing/memory-locks.js'
import { createLife } from '../../testing/realm-life.js'
import type { Locks } from '../platform.js'
import { createLockWatch } from './lock-watch.js'

const never = new AbortController().signal
const soon = () => new Promise((resolve) => setTimeout(resolve, 0))

function setUp() {
  const all = createMemoryLocks()
  const holder = createLife()
  const told: string[] = []
  void all.of(holder).hold('lock', { signal: never }, () => new Promise(() => {}))
  const mine = all.of(createLife())
  return { holder, told, watch: createLockWatch(mine), other: all.of(createLife()) }
}

it('tells each watcher once when the holder of the lock is gone', async () => {
  const { holder, told, watch } = setUp()
  watch('lock', () => told.push('first'))
  watch('lock', () => told.push('second'))
  watch('lock', () => told.push('never'))()
  await soon()
  expect(told).toEqual([])

  holder.end()
  await soon()
  expect(told).toEqual(['first', 'second'])
})

it('never keeps the lock: it waits only while somebody watches, and releases the lock at once', async () => {
  const { holder, told, watch, other } = setUp()
  watch('lock', () => {})()
  watch('lock', () => told.push('gone'))
  holder.end()
  await other.hold('lock', { signal: never }, async () => void told.push('other'))

  expect(told).toEqual(['gone', 'other'])
})

it('starts again for later watchers', async () => {
  const { holder, told, watch } = setUp()
  const end = watch('lock', () => told.push('first'))
  holder.end()
  await soon()
  watch('lock', () => told.push('second'))
  end()
  await soon()

  expect(told).toEqual(['first', 'second'])
})

it('treats a failing lock as a holder that is gone', async () => {
  const told: string[] = []
  const broken: Locks = { available: true, hold: () => Promise.reject(new Error('no locks here')) }
  createLockWatch(broken)('lock', () => told.push('gone'))
  await soon()

  expect(told).toEqual(['gone'])
})
