// Bugs of the delivery: claims, attempts, outcomes, settlements, lanes and the lock.

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const deliveryBugs = [
  {
    name: 'an entry is deleted before it is sent',
    file: 'core/delivery/claim.ts',
    find: "    tx.put('entries', toRow(entry))\n    claimed.push(entry)",
    put: "    tx.delete('entries', [entry.partition, entry.seq])\n    claimed.push(entry)",
  },
  {
    name: 'a settlement does not check its fence',
    file: 'core/delivery/lease.ts',
    find: "return row?.state === 'sending' && row.fence === fence && isValidEntry(row) ? row : undefined",
    put: "return row?.state === 'sending' && isValidEntry(row) ? row : undefined",
  },
  {
    name: 'each attempt has a key of its own',
    file: 'core/delivery/attempt.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
    find: '`"${entry.key}"`]',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
    put: '`"${entry.key}${entry.attempts}"`]',
  },
  {
    name: 'the next of a lane is promoted before the settlement commits',
    file: 'core/delivery/claim.ts',
    find: '    claimed.push(entry)\n    sentTo',
    put:
      "    const [, second] = await tx.list(keySpan('entries', [row.partition, entry.lane], 'lane'), 2)\n" +
      "    if (second?.state === 'waiting' && !second.head) tx.put('entries', toRow({ ...second, head: true }))\n" +
      '    claimed.push(entry)\n    sentTo',
  },
  {
    name: 'every entry of a lane is a head',
    file: 'core/outbox/append.ts',
    find: 'head: !taken.has(lane) }))',
    put: 'head: true }))',
  },
  {
    name: 'the lock is let go before the drain has ended',
    file: 'adapters/web-locks.ts',
    find: '        working = work(lost.signal)\n        return working',
    put: '        working = work(lost.signal)\n        return Promise.resolve()',
  },
  {
    name: 'a drain goes on after its lock was taken away',
    file: 'core/delivery/executor.ts',
    find: 'drainFor(user, isExpired, AbortSignal.any([signal, lost]))',
    put: 'drainFor(user, isExpired, signal)',
    more: [
      {
        file: 'core/delivery/drain.ts',
        find: 'const isOurs = (stealsFound ?? steals) === steals && !signal.aborted',
        put: 'const isOurs = true',
      },
      {
        file: 'core/delivery/drain.ts',
        find: 'signal.throwIfAborted()\n      const woken',
        put: 'const woken',
      },
    ],
  },
  {
    name: 'a settlement of a group settles entries that others hold by now',
    file: 'core/delivery/settle.ts',
    find: 'const entry = await findLeasedEntry(tx, claimed)\n  if (entry === undefined) return false',
    put: 'const entry = (await findLeasedEntry(tx, claimed)) ?? claimed',
  },
  {
    name: 'the user is read at the time of sending',
    file: 'core/delivery/attempt.ts',
    find: "['idempotency-principal', build(() => encodePrincipal(principal))],",
    put: "['idempotency-principal', build(() => encodePrincipal(now ?? principal))],",
    more: [
      {
        file: 'core/delivery/attempt.ts',
        find: '  const headers = [\n    ...prepared',
        put:
          "  const now = (await ports.store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['active'])) as { principal?: string } | undefined)?.principal\n" +
          '  const headers = [\n    ...prepared',
      },
      {
        file: 'core/delivery/attempt.ts',
        find: "if (isPrepared && !(await isStillOurs(ports, entry))) return 'signedOut'",
        put: 'void isPrepared',
      },
    ],
  },
  {
    name: 'an entry leaves though another executor has taken it while its headers were prepared',
    file: 'core/delivery/attempt.ts',
    find: "if (isPrepared && !(await isStillOurs(ports, entry))) return 'signedOut'",
    put: 'void isPrepared',
  },
  {
    name: 'a plain server gets a request of unknown effect again',
    file: 'core/outcomes/failure-outcomes.ts',
    find: "if (!mayRepeat(entry)) return { kind: 'inDoubt', reason, ...more }",
    put: '',
  },
  {
    name: 'a request that was sent counts as one that waited',
    file: 'core/delivery/recover-entries.ts',
    find: 'if (entry.lease.knocking) {',
    put: 'if (entry.lease !== undefined) {',
  },
  {
    name: 'no mark is written as a request leaves',
    file: 'core/delivery/attempt.ts',
    find: "return isStillOurs(ports, sending, 'left')",
    put: 'return isStillOurs(ports, sending)',
  },
  {
    name: 'any answer 2xx is a success',
    file: 'core/outcomes/classify-reply.ts',
    find: 'if (!isAcknowledged(reply, entry, answer)) return unacknowledged(reply, entry, now)',
    put: 'void unacknowledged',
  },
  {
    name: 'a refusal of a gateway is believed',
    file: 'core/outcomes/classify-error-status.ts',
    find: 'if (unsigned !== undefined) return unsigned',
    put: 'void unsigned',
  },
  {
    name: 'work in progress counts as a refusal',
    file: 'core/outcomes/classify-error-status.ts',
    find: "if (type === 'in-progress')",
    put: "if (type === 'in progress')",
  },
  {
    name: 'Retry-After is not read',
    file: 'core/outcomes/classify-error-status.ts',
    find: 'const floor = retryAfterMs(reply.headers, now)',
    put: 'const floor = retryAfterMs({}, now)',
  },
  {
    name: 'the lane of a returned entry does not go on',
    file: 'core/outbox/end-entry.ts',
    find: "if (entry.state !== 'waiting' || entry.head) await promoteNext",
    put: "if (entry.state !== 'dead' && (entry.state !== 'waiting' || entry.head)) await promoteNext",
  },
  {
    name: 'waits of an earlier clock are not shortened',
    file: 'core/delivery/recover-entries.ts',
    find: 'for (const channel of channels) await reschedule(tx, partition, channel, now)',
    put: 'void [reschedule, channels]',
  },
  {
    name: 'a wake-up that comes as the drain ends is forgotten',
    file: 'core/delivery/executor.ts',
    find: 'return missed === undefined ? undefined : wake(missed)',
    put: 'return missed === undefined ? undefined : undefined',
  },
  {
    name: 'a claim does not ask whose session it is',
    file: 'core/delivery/claim.ts',
    find: 'if ((await sessionOf(tx, row.partition)) === undefined) return { claimed, doubted }',
    put: 'void sessionOf',
  },
]
