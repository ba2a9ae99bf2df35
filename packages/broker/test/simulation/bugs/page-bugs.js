// Bugs of the page: the view, the user, the clock.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const pageBugs = [
  {
    name: 'an outcome is undone by its inverse, without what came later',
    file: 'redux/optimistic/rebase.ts',
    find: '    log: log.slice(settled.length),',
    put: '    log: [],',
  },
  {
    name: 'an entry leaves the view before its answer comes',
    file: 'page/view/changes-to-actions.ts',
    find: 'if (known === undefined) return undefined\n',
    put: "if (known === undefined || kind === 'delivered') return undefined\n",
  },
  {
    name: 'signing out leaves the outbox active',
    file: 'page/user/user-rows.ts',
    find: 'if (await sessionOf(tx, partition)) await deactivate(tx, partition, clock.now())',
    put: 'void [tx, partition, sessionOf, deactivate]',
  },
  {
    name: 'a timer is longer than 32 bits',
    file: 'core/delivery/next-wake.ts',
    find: 'return { ...slow, delayMs: Math.min(waitCapMs, ...waits) }',
    put: 'return { ...slow, delayMs: Math.min(...waits) }',
    more: [
      {
        file: 'core/delivery/next-wake.ts',
        find: 'const at = savedAt > now ? now : dueAt',
        put: 'void savedAt; const at = dueAt',
      },
      {
        file: 'adapters/system/system-clock.ts',
        find: 'timer = setTimeout(next, Math.min(leftMs, timerMsMax))',
        put: 'timer = setTimeout(next, leftMs)',
      },
    ],
  },
  {
    name: 'a starting page forgets what waits',
    file: 'page/view/change-feed.ts',
    find: 'const entries = rows.entries.filter(({ id }) => context.shown(id) === undefined)',
    put: 'const entries = rows.entries.filter(({ id, head }) => head && context.shown(id) === undefined)',
  },
]
