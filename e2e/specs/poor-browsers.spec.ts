// A browser lacks something, or refuses it. The app does the rest, and no typed text is lost.
import { expect, test } from '../fixtures/test.js'

test.describe('where the browser', () => {
  test('has no BroadcastChannel, the app works', async ({ context, openTab }) => {
    await context.addInitScript(() => Reflect.deleteProperty(window, 'BroadcastChannel'))
    const demo = await openTab()
    await demo.signInAs('Ada')
  })

  test('denies localStorage, people sign in and out', async ({ context, openTab }) => {
    await context.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('Denied.', 'SecurityError')
        },
      }),
    )
    const demo = await openTab()
    await demo.signInAs('Ada')
    await demo.page.getByRole('button', { name: 'Sign out' }).click()
    await expect(demo.currentUser).toHaveCount(0)
  })

  test('keeps no data, the words are in their field again', async ({ context, openTab }) => {
    await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
    const demo = await openTab()
    await demo.signInAs('Ada')
    const composer = demo.page.getByRole('textbox', { name: 'New post' })
    const comment = demo.post('p01').root.getByRole('textbox')

    await composer.fill('Words that took a while')
    await demo.page.getByRole('button', { name: 'Post', exact: true }).click()
    await comment.fill('A short one')
    await comment.press('Enter')

    await expect(demo.notice('storage-full')).toBeVisible()
    await expect(composer).toHaveValue('Words that took a while')
    await expect(comment).toHaveValue('A short one')
  })
})
