// The seeded bugs, by which the simulation shows that it bites.
import { boundBugs } from './bound-bugs.js'
import { commandBugs } from './command-bugs.js'
import { deliveryBugs } from './delivery-bugs.js'
import { pageBugs } from './page-bugs.js'
import { readBugs } from './read-bugs.js'
import { storageBugs } from './storage-bugs.js'

/** @type {readonly import('../run/bundle.js').Bug[]} */
export const bugs = [...deliveryBugs, ...storageBugs, ...pageBugs, ...commandBugs, ...readBugs, ...boundBugs]
