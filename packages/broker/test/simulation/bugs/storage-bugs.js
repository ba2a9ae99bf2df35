// Bugs of the storage: durability, mirror, recovery and journal.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const storageBugs = [
  {
    name: 'a capture is accepted before its commit',
    file: 'adapters/storage/idb-store.ts',
    find: '    await completed\n    return result',
    put: '    return result',
  },
  {
    name: 'a capture is committed without waiting for the disk',
    file: 'page/capture/capture.ts',
    find: "ports.store.transact('readwrite', 'strict', work)",
    put: "ports.store.transact('readwrite', 'relaxed', work)",
  },
  {
    name: 'the mirror is ahead of a transaction that aborts, and keeps it',
    file: 'core/backup/backed-up-store.ts',
    find: '      return work(recordWrites(tx, writes))\n    })\n    keep(writes)',
    put: '      const done = await work(recordWrites(tx, writes))\n      keep(writes)\n      return done\n    })',
    more: [
      {
        file: 'core/backup/backed-up-store.ts',
        find: 'const result = await store.transact(mode, durability, (tx) => {',
        put: 'const result = await store.transact(mode, durability, async (tx) => {',
      },
    ],
  },
  {
    name: 'a capture is accepted before the mirror has it',
    file: 'page/capture/capture.ts',
    find: 'await ports.backup?.copied()',
    put: '',
    more: [
      {
        file: 'core/backup/backed-up-store.ts',
        find: "copied = copy\n        .transact('readwrite', 'relaxed', (tx) => replayWrites(tx, kept))",
        put:
          'copied = new Promise<void>((resolve) => void clock.after(1_000, resolve))\n' +
          "        .then(() => copy.transact('readwrite', 'relaxed', (tx) => replayWrites(tx, kept)))",
      },
    ],
  },
  {
    name: 'a wipe brings back the counters and not the entries',
    file: 'core/backup/recover-lost-rows.ts',
    find: "for (const entry of whole.entries) tx.put('entries', entry)",
    put: '',
  },
  {
    name: 'entries that come back may be sent as if nothing of them was sent',
    file: 'core/backup/reinstated-entry.ts',
    find: "if (!mayRepeat(entry) || (mayHaveEnded && entry.server === 'plain'))",
    put: 'if (!mayRepeat)',
  },
  {
    name: 'a loss is not told',
    file: 'core/backup/merge-copies.ts',
    find: '      ...(lost && { lost }),\n',
    put: '',
  },
  {
    name: 'the journal has no row of an end',
    file: 'core/outbox/end-entry.ts',
    find: '  record(tx, row, entry, how, now)\n}',
    put: '}',
  },
  {
    name: 'a capture that was stored twice is not found',
    file: 'page/capture/capture.ts',
    find: 'isAgain ? findAppended(tx, owner.partition, captures) : [],',
    put: 'isAgain ? [] : [],',
  },
]
