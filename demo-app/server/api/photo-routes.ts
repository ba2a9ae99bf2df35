// Photos. They are kept in the database like all else, so a restart loses none.
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { type ApiDependencies, type ApiEnvironment, type Change, change } from './change.js'
import { problem } from './problem.js'

// No SVG, which could carry a script that runs under the demo's own origin.
const photoTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
])

interface PhotoRow {
  readonly type: string
  readonly bytes: Buffer
}

export function photoRoutes(dependencies: ApiDependencies): Hono<ApiEnvironment> {
  const { reader } = dependencies
  const routes = new Hono<ApiEnvironment>()
  routes.post('/photos', change<'/photos'>(dependencies)(addPhoto))
  routes.get('/photos/:id', (context) => {
    const row = reader.prepare('SELECT type, bytes FROM photos WHERE id = ?').get(context.req.param('id'))
    if (row === undefined) return problem('not-found', 'There is no such photo.')
    const { type, bytes } = row as PhotoRow
    return new Response(new Uint8Array(bytes), {
      headers: { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' },
    })
  })
  return routes
}

async function addPhoto({ tx, request, user }: Change): Promise<Response> {
  const photo = await firstFile(request)
  if (photo === undefined || photo.size === 0 || !photoTypes.has(photo.type)) {
    return problem('invalid-photo', 'Send multipart/form-data with one PNG, JPEG, WebP, GIF or AVIF file.')
  }
  const id = randomUUID()
  const bytes = Buffer.from(await photo.arrayBuffer())
  tx.prepare('INSERT INTO photos (id, owner, type, bytes) VALUES (?, ?, ?, ?)').run(
    id,
    user,
    photo.type,
    bytes,
  )
  const url = `/api/photos/${id}`
  return Response.json({ id, url }, { status: 201, headers: { Location: url } })
}

async function firstFile(request: Request): Promise<File | undefined> {
  try {
    const fields = [...(await request.formData()).values()]
    return fields.find((field) => field instanceof File)
  } catch {
    // Not multipart is one more way of not being a photo.
    return undefined
  }
}
