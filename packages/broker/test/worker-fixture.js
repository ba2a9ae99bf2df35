// A service worker for the browser tests: the broker's, and beside it what a test asks of it.
import { startBrokerWorker } from '../src/worker/index.ts'

const name = new URL(location.href).searchParams.get('name') ?? 'redux-broker'
const worker = startBrokerWorker({ name })

addEventListener('message', ({ data, ports }) => {
  if (data === 'who') void worker.activeUser().then((user) => ports[0]?.postMessage(user ?? 'nobody'))
})
