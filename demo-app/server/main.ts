// Starts the demo server as the environment says: PORT, PORT2, DATA_DIR, PAGES, FAULTS, NODE_ENV.
import { fileURLToPath } from 'node:url'
import { startDemoServer } from './create-server.js'

const { PORT, PORT2, DATA_DIR, PAGES, FAULTS, NODE_ENV } = process.env

const server = await startDemoServer({
  port: readPort('PORT', PORT) ?? 4173,
  port2: readPort('PORT2', PORT2),
  dataFolder: DATA_DIR ?? besideBuild('../../.data'),
  pagesFolder: PAGES ?? besideBuild('../pages'),
  // In production only where it is asked for.
  faults: NODE_ENV === 'production' ? FAULTS === '1' : FAULTS !== '0',
})
console.log(`ready ${server.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())

/** A path relative to the compiled file, `demo-app/dist/server/main.js`. */
function besideBuild(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

function readPort(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new Error(`${name}: got "${value}", expected a port from 0 to 65535`)
}
