// nginx in front of a back end, with the configuration that its beginner's guide gives for a proxy.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Listening } from '../fixtures/servers/listen.js'

export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).status === 0

/** `location` is one more block of its server. */
export async function startNginx(target: number, pages: string, location = ''): Promise<Listening> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), configOf({ port, target, pages, folder, location }))
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'inherit' })
  await answers(child, `http://127.0.0.1:${port}/`)
  return {
    port,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGQUIT')
      await gone
      await rm(folder, { recursive: true })
    },
  }
}

/** Its workers would else be a user who may not read the pages. */
const isRoot = process.getuid?.() === 0

interface Configuration {
  readonly port: number
  readonly target: number
  readonly pages: string
  readonly folder: string
  readonly location: string
}

const configOf = (given: Configuration) => `
${isRoot ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
events {}
http {
  types { text/html html; text/javascript js; }
  access_log off;
  client_body_temp_path ${given.folder};
  proxy_temp_path ${given.folder};
  fastcgi_temp_path ${given.folder};
  uwsgi_temp_path ${given.folder};
  scgi_temp_path ${given.folder};
  server {
    listen 127.0.0.1:${given.port};
    root ${given.pages};
    ${given.location}
    location / {
      try_files $uri $uri/index.html @app;
    }
    location @app {
      proxy_set_header Host $http_host;
      proxy_pass http://127.0.0.1:${given.target};
    }
  }
}
`

/** Resolves when it answers, and rejects where it has ended. */
async function answers(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return
  }
  throw new Error(`nginx ended with ${child.exitCode}`)
}
