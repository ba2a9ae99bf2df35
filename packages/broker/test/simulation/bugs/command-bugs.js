// Bugs of the commands that an app gives to its outbox.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const commandBugs = [
  {
    name: 'an entry that was sent can be cancelled',
    file: 'core/outbox/end-entry.ts',
    find: "if (!isValidEntry(entry) || !isUnsent(entry)) return 'tooLate'\n  transition(entry, { type: 'cancelled' })",
    put: "if (!isValidEntry(entry)) return 'tooLate'\n  void isUnsent",
  },
  {
    name: 'a discarded entry keeps its row',
    file: 'core/outbox/dead-letters.ts',
    find: 'removeLetter(tx, row, held)\n    if (blocks(held))',
    put: 'row.dead -= 1\n    if (blocks(held))',
  },
  {
    name: 'discarding all leaves entries that were sent before',
    file: 'core/outbox/discard-all.ts',
    find: "tx.list(keySpan('entries', [partition]), pageRowsMax),",
    put: "tx.list(keySpan('entries', [partition]), pageRowsMax).then((rows) => rows.filter(({ attempts }) => attempts === 0)),",
  },
]
