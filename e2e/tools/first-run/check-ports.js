// Stops in one sentence before the build where the demo's ports are taken.
import './check-node.js'
import { once } from 'node:events'
import { createServer } from 'node:net'

const { PORT, PORT2 } = process.env
const port = Number(PORT || 4173)
const port2 = Number(PORT2 || port + 1)

async function isTaken(/** @type {number} */ wanted, /** @type {string} */ host) {
  const server = createServer()
  try {
    await once(server.listen({ port: wanted, host }), 'listening')
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  } finally {
    server.close()
  }
}

for (const wanted of port === 0 ? [] : [port, port2]) {
  if ((await isTaken(wanted, '127.0.0.1')) || (await isTaken(wanted, '::1'))) {
    console.error(
      `Port ${wanted} is taken: choose others with PORT and PORT2, as in \`PORT=4200 npm start\`.`,
    )
    process.exit(1)
  }
}
