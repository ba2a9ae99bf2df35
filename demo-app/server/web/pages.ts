// Serves the built pages. Promise: nothing outside their folder is read. The browser never keeps the page, the worker
// and the manifest, which it must ask for anew each time. It keeps for ever each file with a hash in its name.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

export type Pages = (method: string, path: string) => Promise<Response>

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** @param secondOrigin what the pages may call beside their own origin; read when asked, as ports may be chosen late */
export function createPages(folder: string, secondOrigin: () => string): Pages {
  return async (method, path) => {
    if (method !== 'GET' && method !== 'HEAD') return notFound()
    const name = fileNameOf(path)
    const bytes = name === undefined ? undefined : await readPage(join(folder, name))
    if (name === undefined || bytes === undefined) return notFound()
    const headers = {
      ...securityHeaders(secondOrigin()),
      'Content-Type': mediaTypes[extname(name)] ?? 'application/octet-stream',
      // A worker's script is asked for anew at each update check.
      'Cache-Control': isHashed(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Length': String(bytes.length),
    }
    return new Response(method === 'HEAD' ? null : bytes, { headers })
  }
}

/** The file inside the folder that a path means, or undefined where the path cannot mean one. */
function fileNameOf(path: string): string | undefined {
  if (path === '/' || path === '/lab') return 'index.html'
  try {
    const name = normalize(decodeURIComponent(path))
    return name.startsWith('/') && !name.includes('\0') ? name.slice(1) : undefined
  } catch {
    // A stray % is a name that no file has.
    return undefined
  }
}

async function readPage(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Vite puts the files with a hash in their name, and only these, into `assets/`. */
function isHashed(name: string): boolean {
  return name.startsWith('assets/')
}

function securityHeaders(secondOrigin: string): Record<string, string> {
  const policy = [
    `default-src 'self'`,
    `connect-src 'self' ${secondOrigin}`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' blob: data:`,
    `object-src 'none'`,
    `base-uri 'self'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  }
}

function notFound(): Response {
  return new Response('Not found\n', {
    status: 404,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
