import { expect, it } from 'vitest'
import { createTestWorld } from '../../testing/index.js'
import { pageDevice } from './page-device.js'

function openPage() {
  const tab = createTestWorld().tab()
  const device = pageDevice(tab.host, tab.ports.device)
  const heard: unknown[] = []
  const stop = device.listen(() => heard.push(device.now()))
  return { tab, device, heard, stop }
}

it('is the connection, and whether the page is looked at', () => {
  const { tab, device } = openPage()
  tab.setDevice({ unmetered: true })
  tab.host.setVisible(false)

  expect(device.now()).toEqual({ unmetered: true, visible: false })
  expect(pageDevice(tab.host, undefined).now()).toEqual({ visible: false })
})

it('tells of what may make it fit, and not of a page that is hidden: nothing is read there as it goes', () => {
  const { tab, heard } = openPage()
  tab.host.setVisible(false)
  const hidden = [...heard]
  tab.host.setVisible(true)
  tab.setDevice({ saveData: true })

  expect(hidden).toEqual([])
  expect(heard).toEqual([{ visible: true }, { visible: true, saveData: true }])
})

it('tells nothing more to who has stopped listening', () => {
  const { tab, heard, stop } = openPage()
  stop()
  tab.host.focus()
  tab.setDevice({ saveData: true })

  expect(heard).toEqual([])
})
