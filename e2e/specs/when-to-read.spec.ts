// The lab's clock and connection are simulated, and reads keep their conditions by them.
import { expect, test } from '../fixtures/test.js'

test('reads wait for their hours and connection, or show the copy meanwhile', async ({ demo }) => {
  const { page } = demo
  await page.goto(new URL('/lab', page.url()).href)
  const plan = (name: string) =>
    page.getByRole('list', { name: 'Reads with conditions' }).getByRole('listitem').filter({ hasText: name })
  const ask = () => page.getByRole('button', { name: 'Ask for all' }).click()

  await ask()

  await expect(plan('The feed')).toContainText('read at 14:00')
  await expect(plan('Photos in full size')).toContainText('copy from 13:00')
  await expect(plan('The next page')).toContainText('waits')
  await expect(plan('The whole archive')).toContainText('waits until 22:00')

  await page.getByLabel('As fast as').selectOption('4g')
  await expect(plan('The next page')).toContainText('read at 14:00')
  await page.getByLabel('Time', { exact: true }).fill('21:59')
  await page.getByRole('combobox', { name: 'Connection' }).selectOption('unmetered')
  await ask()
  await expect(plan('Photos in full size')).toContainText('read at 21:59')
  await expect(plan('The whole archive')).toContainText('waits until 22:00')
  await page.getByLabel('Time', { exact: true }).fill('22:01')
  await expect(plan('The whole archive')).toContainText('read at 22:01')
})

test('a read that requires a visible page waits until the page is visible', async ({ demo }) => {
  const { page } = demo
  await page.goto(new URL('/lab', page.url()).href)
  const next = page.getByRole('listitem').filter({ hasText: 'The next page' })
  await page.getByLabel('As fast as').selectOption('4g')
  await page.getByLabel('Somebody looks').uncheck()

  await page.getByRole('button', { name: 'Ask for all' }).click()

  await expect(next).toContainText('waits')
  await page.getByLabel('Somebody looks').check()
  await expect(next).toContainText('read at 14:00')
})
