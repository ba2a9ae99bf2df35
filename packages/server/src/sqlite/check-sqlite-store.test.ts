import { describe, expect, it } from 'vitest'
import { sqliteStore } from '../sqlite.js'
import { drivers } from './sqlite-drivers-fixture.js'

const store = sqliteStore as (database: unknown, options?: unknown) => unknown

it.each([undefined, null, 'app.db', {}, { exec() {}, prepare() {} }, Promise.resolve()])(
  'refuses a value that is no database: %o',
  (database) => {
    expect(() => store(database)).toThrow('give a database of libsql or better-sqlite3')
  },
)

describe.each(drivers)('with a database of %s', (_name, open) => {
  it.each([
    [{ waitMs: -1 }, 'waitMs: got -1, expected 0 to'],
    [{ waitMs: Number.NaN }, 'waitMs: got NaN'],
    [{ waitMs: '5s' }, 'waitMs: got "5s", expected a number of milliseconds'],
    [{ waitMs: Number.POSITIVE_INFINITY }, 'waitMs: got Infinity'],
    [{ wait: 5 }, 'sqliteStore: got the option "wait", expected one of waitMs'],
    [5_000, 'sqliteStore: got 5000, expected an object of options'],
    [null, 'sqliteStore: got null, expected an object of options'],
  ])('refuses invalid options: %o', (options, said) => {
    const database = open(':memory:')
    expect(() => store(database, options)).toThrow(said)
    database.close()
  })

  it('refuses a database that is closed, or in a transaction', () => {
    const database = open(':memory:')
    database.exec('BEGIN')
    expect(() => store(database)).toThrow('Commit it first')
    database.close()
    expect(() => store(database)).toThrow('expected an open one')
  })
})
