import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIdempotencyKey } from './idempotency-key.js'

const uuid = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d'

describe('the Idempotency-Key header field', () => {
  it('is one quoted string of 16 to 64 letters, digits, "-" and "_"', () => {
    for (const key of [uuid, 'a'.repeat(16), '_-Z9'.repeat(16)]) {
      expect(parseIdempotencyKey(`"${key}"`, false)).toEqual({ kind: 'valid', key, field: `"${key}"` })
    }
    expect(parseIdempotencyKey(null, false)).toEqual({ kind: 'absent' })
  })

  it('is invalid when empty, bare, too short, too long, doubled, or with parameters', () => {
    const two = new Headers([
      ['idempotency-key', `"${uuid}"`],
      ['idempotency-key', `"${uuid}"`],
    ])
    const fields = [
      '',
      '""',
      uuid,
      `"${'a'.repeat(15)}"`,
      `"${'a'.repeat(65)}"`,
      `"${uuid}`,
      `"${uuid}";v=1`,
      `"${uuid}", "${uuid}"`,
      String(two.get('idempotency-key')),
      `'${uuid}'`,
      `"${uuid}é"`,
      `:${btoa(uuid)}:`,
    ]
    for (const field of fields) expect(parseIdempotencyKey(field, false), field).toEqual({ kind: 'invalid' })
  })

  it('may be unquoted by option, and only then', () => {
    expect(parseIdempotencyKey(uuid, true)).toEqual({ kind: 'valid', key: uuid, field: uuid })
    expect(parseIdempotencyKey(`"${uuid}"`, true)).toMatchObject({ key: uuid })
    for (const field of [`${uuid}, ${uuid}`, `"${uuid}`, 'short']) {
      expect(parseIdempotencyKey(field, true)).toEqual({ kind: 'invalid' })
    }
  })

  it('is invalid when it has characters for an injection', () => {
    const pad = 'a'.repeat(20)
    const strings = [
      "'; DROP TABLE idempotency_records; --",
      '../../../../etc/passwd',
      `${pad}\r\nset-cookie: a=b`,
      `${pad}\n`,
      `${pad}\0`,
      `${pad}%00`,
      `${pad}\u202e`,
      '{"$ne":null,"padding":1}',
      'a'.repeat(10_000),
    ]
    for (const text of strings) {
      for (const field of [text, `"${text}"`]) {
        expect(parseIdempotencyKey(field, true), field).toEqual({ kind: 'invalid' })
      }
    }
  })

  it('never yields a key outside its format, for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.boolean(), (field, bareKeys) => {
        const header = parseIdempotencyKey(field, bareKeys)
        if (header.kind === 'valid') expect(header.key).toMatch(/^[A-Za-z0-9_-]{16,64}$/)
      }),
    )
  })
})
