// Code that a page loads once it runs. No tap, entry or delivery needs it. Where it is missing, its work waits.
export { recoverRows } from '../core/backup/recover-lost-rows.js'
export { syncMirror } from '../core/backup/sync-mirror.js'
export { queryStatus, questions } from '../core/delivery/status-query.js'
