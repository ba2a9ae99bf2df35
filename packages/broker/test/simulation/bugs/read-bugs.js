// Bugs of the reads.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const readBugs = [
  {
    name: 'an answer that overlaps a write is taken for the truth',
    file: 'reads/sharing/request-barrier.ts',
    find: 'return passes && mayWait() ? again() : { ...result, uncertain }',
    put: 'return result',
  },
  {
    name: 'an uncertain answer is never asked for again',
    file: 'reads/consistency/active-reads.ts',
    find: "again(({ sight, freshness }) => freshness === 'uncertain' && matches(sight, tags, touches)),",
    put: 'void [tags, touches],',
    more: [
      {
        file: 'reads/consistency/active-reads.ts',
        find: 'invalidated: (tags) => again(({ sight }) => matches(sight, tags, invalidates)),',
        put: 'invalidated: (tags) => void [tags, invalidates],',
      },
    ],
  },
  {
    name: "an answer is given to another user than its server's",
    file: 'reads/request/read-result.ts',
    find: "if (user !== undefined && principal !== '' && !isUser(user, principal)) return { kind: 'wrongUser' }",
    put: 'void isUser',
  },
  {
    name: 'equal reads have a request each',
    file: 'reads/user-reads.ts',
    find: 'const known = sharedRequests.get(key)',
    put: 'const known = undefined',
  },
  {
    name: 'one who joins a request hears nothing of its end',
    file: 'reads/user-reads.ts',
    find: 'known?.join(reader)',
    put: '',
  },
]
