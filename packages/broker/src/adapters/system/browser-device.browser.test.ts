import { expect, it, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { browserDevice } from './browser-device.js'

interface Session {
  send(method: string, params: object): Promise<unknown>
}
const setLatency = (latency: number) =>
  (cdp() as unknown as Session).send('Network.overrideNetworkState', {
    offline: false,
    latency,
    downloadThroughput: -1,
    uploadThroughput: -1,
  })

it('reports by the browser’s events that a connection becomes slow or fast', async () => {
  const device = browserDevice()
  const heard: unknown[] = []
  const stop = device.listen(() => heard.push(device.now().effectiveType))

  await setLatency(2_000)
  await vi.waitFor(() => expect(heard).toEqual(['2g']))
  await setLatency(0)
  await vi.waitFor(() => expect(heard).toEqual(['2g', '4g']))
  stop()
})
