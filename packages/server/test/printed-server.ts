// An example of README.md in a process of its own, as it is printed, but for port and file.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { printedBlock, transpile } from './printed.js'

export interface PrintedServer {
  readonly port: number
  /** The database with its claps. */
  readonly file: string
  /** Ends the process and removes its folder. */
  stop(): Promise<void>
}

/**
 * Starts the server under this heading, in a folder of `makeFolder()`. Resolves when it answers.
 * @param change what a reader may leave out, or have in another version
 */
export async function startPrinted(
  folder: string,
  heading: string,
  change: (code: string) => string,
): Promise<PrintedServer> {
  const port = await freePort()
  const file = join(folder, 'app.db')
  const write = (name: string, code: string) =>
    writeFileSync(join(folder, name), transpile(code.replace('app.db', file).replace('3000', String(port))))
  write('claps.js', printedBlock('claps in SQLite'))
  write('server.js', change(printedBlock(heading)))
  const child = spawn(process.execPath, [join(folder, 'server.js')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  while (!(await fetch(`http://localhost:${port}/`).catch(() => undefined)))
    if (child.exitCode !== null) throw new Error(`the example ended with ${child.exitCode}`)
  return {
    port,
    file,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
