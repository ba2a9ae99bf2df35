// The app's broker. Everything else about sending, waiting and coming back is the package's.
import { createNextState } from '@reduxjs/toolkit'
import { createBroker, reads } from 'redux-broker'
import { isBearer } from '../session/session-mode'
import type { SessionState } from '../session/session-slice'
import { addToken } from '../worker/token'
import { asked, loadComments, loadFeed, loadGroups, loadMe, loadNotifsCount } from './reads'
import { clapped, commented, liked, posted, unliked } from './requests'

export const broker = createBroker({
  user: (state: { readonly session: SessionState }) => (state.session.user ?? state.session.recalled)?.id,
  routes: [
    ...[liked, unliked, clapped, commented, posted],
    ...[loadMe, loadFeed, loadNotifsCount, loadGroups, loadComments, asked],
  ],
  reads: reads({ userHeader: 'X-User' }),
  server: 'idempotent',
  sessionProbe: '/api/me',
  statusQuery: '/api/idempotency/:key',
  produce: createNextState,
  ...(isBearer && { prepareHeaders: addToken }),
})
