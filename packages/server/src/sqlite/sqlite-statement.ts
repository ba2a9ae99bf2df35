// Decides which statements a handler may send. Promise: none ends the transaction of the store, and none changes the
// connection for the requests that come after.

/** @throws Error with a remedy where a handler may not send this statement */
export function checkStatement(sql: string): void {
  const bare = withoutComments(sql)
  const shown = `got "${sql.trim().slice(0, 60)}"`
  if (/^(begin|commit|end|rollback(?!(\s+transaction)?\s+to\b))\b/i.test(bare)) {
    throw new Error(`${shown}: the store begins and ends the transaction`)
  }
  if (/^(savepoint|release|rollback)\b.*redux_broker/is.test(bare)) {
    throw new Error(`${shown}: names that begin with redux_broker are the store's own`)
  }
  if (/^(attach|detach|vacuum)\b/i.test(bare) || isSetting(bare)) {
    throw new Error(
      `${shown}: its effect outlives the transaction. Send it to the database before any request is served`,
    )
  }
}

/** Before the first words of a statement no quotes can stand, so that what looks like a comment there is one. */
const withoutComments = (sql: string): string =>
  sql.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, ' ').replace(/^[\s;]+/, '')

/** Whether it is a PRAGMA that is given a value, and not one of those that tell or end with the transaction. */
function isSetting(bare: string): boolean {
  return /^pragma\b[^=(]*[=(]/i.test(bare) && !harmlessPragma.test(bare)
}

const harmlessPragma =
  /^pragma\s+(\w+\s*\.\s*)?(table_x?info|table_list|index_x?info|index_list|foreign_key_(list|check)|(integrity|quick)_check|defer_foreign_keys)\s*[=(]/i
