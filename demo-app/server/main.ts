// Starts the demo server as the environment says: PORT, PORT2, DATA_DIR, PAGES, FAULTS, NODE_ENV.
import { fileURLToPath } from 'node:url'
import { type DemoServer, startDemoServer } from './create-server.js'

const { PORT, PORT2, DATA_DIR, PAGES, FAULTS, NODE_ENV } = process.env

const server = await start().catch((error) => {
  console.error(inWords(error))
  process.exit(1)
})
console.log(`ready ${server.url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())

async function start(): Promise<DemoServer> {
  return startDemoServer({
    port: readPort('PORT', PORT) ?? 4173,
    port2: readPort('PORT2', PORT2),
    dataFolder: DATA_DIR ?? besideBuild('../../.data'),
    pagesFolder: PAGES ?? besideBuild('../pages'),
    // Production has fault switches only on request.
    faults: NODE_ENV === 'production' ? FAULTS === '1' : FAULTS !== '0',
  })
}

/** One sentence for a port that is taken or cannot be meant, else the error itself. */
function inWords(error: unknown): unknown {
  if (error instanceof RangeError) return error.message
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error
  const port = 'port' in error ? error.port : ''
  return `Port ${port} is taken: choose others with PORT and PORT2, as in \`PORT=4200 npm start\`.`
}

/** A path relative to the compiled file, `demo-app/dist/server/main.js`. */
function besideBuild(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

function readPort(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new RangeError(`${name}: got "${value}", expected a port from 0 to 65535`)
}
