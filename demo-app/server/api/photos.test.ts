import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { limits } from '../limits.js'
import { problemTypeOf, testServer, testUser } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)

function upload(
  body: string | FormData | ArrayBuffer,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.url}/api/photos`, {
    method: 'POST',
    headers: {
      Cookie: ada.cookie,
      'Idempotency-Key': `"${randomUUID()}"`,
      'Idempotency-Principal': 'ada',
      ...headers,
    },
    body,
  })
}

function formOf(type: string, content: Uint8Array<ArrayBuffer> = bytes): FormData {
  const form = new FormData()
  form.set('caption', 'A reef')
  form.set('photo', new File([content], 'reef', { type }))
  return form
}

test('keeps a photo and serves the same bytes', async () => {
  const answer = await upload(formOf('image/png'))
  const { id, url } = (await answer.json()) as { id: string; url: string }
  const photo = await ada.get(url)

  expect(answer.status).toBe(201)
  expect(url).toBe(`/api/photos/${id}`)
  expect(photo.headers.get('Content-Type')).toBe('image/png')
  expect(photo.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(new Uint8Array(await photo.arrayBuffer())).toEqual(bytes)
})

test('makes one photo of an upload that is repeated', async () => {
  const whole = new Request('http://localhost', { method: 'POST', body: formOf('image/png') })
  const headers = {
    'Content-Type': whole.headers.get('Content-Type') ?? '',
    'Idempotency-Key': '"photo-photo-photo"',
  }
  const body = await whole.arrayBuffer()

  const first = await upload(body, headers)
  const second = await upload(body, headers)

  expect(second.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await second.json()).toEqual(await first.json())
})

test.each(['image/svg+xml', 'text/html', ''])('refuses a file of type “%s” as a photo', async (type) => {
  const answer = await upload(formOf(type))

  expect(answer.status).toBe(422)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:invalid-photo')
})

test('refuses an upload without a file', async () => {
  expect((await upload('{}', { 'Content-Type': 'application/json' })).status).toBe(422)
  expect((await upload(new FormData())).status).toBe(422)
  expect((await upload(formOf('image/png', new Uint8Array()))).status).toBe(422)
})

test('refuses a body above the bound and goes on', async () => {
  const answer = await upload(formOf('image/png', new Uint8Array(limits.bodyBytesMax)))

  expect(answer.status).toBe(413)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:too-large')
  expect((await ada.get('/api/me')).status).toBe(200)
})
