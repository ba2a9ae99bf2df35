import { expect, it } from 'vitest'
import { createLife } from '../../testing/life.js'
import { createMemoryLocks } from '../../testing/memory-realms.js'
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

it('tells all who watch, once, when the holder of the lock is gone', async () => {
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

it('keeps the lock from nobody: it waits for it only while somebody watches, and lets it go at once', async () => {
  const { holder, told, watch, other } = setUp()
  watch('lock', () => {})()
  watch('lock', () => told.push('gone'))
  holder.end()
  await other.hold('lock', { signal: never }, async () => void told.push('other'))

  expect(told).toEqual(['gone', 'other'])
})

it('begins anew for who watches after that', async () => {
  const { holder, told, watch } = setUp()
  const end = watch('lock', () => told.push('first'))
  holder.end()
  await soon()
  watch('lock', () => told.push('second'))
  end()
  await soon()

  expect(told).toEqual(['first', 'second'])
})

it('takes the worst for true where no lock is granted', async () => {
  const told: string[] = []
  const broken: Locks = { available: true, hold: () => Promise.reject(new Error('no locks here')) }
  createLockWatch(broken)('lock', () => told.push('gone'))
  await soon()

  expect(told).toEqual(['gone'])
})
