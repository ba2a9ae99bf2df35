// A service worker for the browser tests, with the broker's part, and beside it the handlers that a test asks for.
import { startBrokerWorker } from '../src/worker/index.ts'

const given = new URL(location.href).searchParams
const name = given.get('name') ?? 'redux-broker'
const limits = ['concurrencyMax', 'failuresMax'].filter((limit) => given.has(limit))
const token = given.get('token')
const port = given.get('cookiesToPort')
const worker = startBrokerWorker({
  name,
  limits: Object.fromEntries(limits.map((limit) => [limit, Number(given.get(limit))])),
  origins: port ? [{ origin: `http://localhost:${port}`, credentials: 'include' }] : given.getAll('origins'),
  ...(given.has('refuses') && { refusedWhen: { judged: ({ body }) => body.headers['x-refuse'] === 'yes' } }),
  ...(token && { prepareHeaders: (headers) => headers.set('x-token', token) }),
})

addEventListener('message', ({ data, ports }) => {
  if (data === 'who') void worker.activeUser().then((user) => ports[0]?.postMessage(user ?? 'nobody'))
})
