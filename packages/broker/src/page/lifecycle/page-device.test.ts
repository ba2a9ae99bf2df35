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

it('the device of a page is its connection and its visibility', () => {
  const { tab, device } = openPage()
  tab.setDevice({ unmetered: true })
  tab.host.setVisible(false)

  expect(device.now()).toEqual({ unmetered: true, visible: false })
  expect(pageDevice(tab.host, undefined).now()).toEqual({ visible: false })
})

it('reports changes that may meet conditions, and not that a page becomes hidden', () => {
  const { tab, heard } = openPage()
  tab.host.setVisible(false)
  const hidden = [...heard]
  tab.host.setVisible(true)
  tab.setDevice({ saveData: true })

  expect(hidden).toEqual([])
  expect(heard).toEqual([{ visible: true }, { visible: true, saveData: true }])
})

it('reports nothing to a listener that has stopped', () => {
  const { tab, heard, stop } = openPage()
  stop()
  tab.host.focus()
  tab.setDevice({ saveData: true })

  expect(heard).toEqual([])
})
