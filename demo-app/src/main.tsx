// Starts the app with its store, session, worker and view.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'react-redux'
import './app/theme.css'
import { App } from './app/app'
import { store } from './app/store'
import { broker } from './broker/broker'
import { keepFeedFresh } from './feed/keep-fresh'
import { followSession } from './session/follow-session'
import { startSession } from './session/session-commands'
import { followSessionMode, sessionMode, workerUrlOf } from './session/session-mode'

// `?sw=off` registers no worker, by which tests prove that pages deliver alone. A registered worker stays.
if (new URLSearchParams(location.search).get('sw') !== 'off') void broker.register(workerUrlOf(sessionMode))
followSession()
followSessionMode()
keepFeedFresh()
void startSession()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <Provider store={store}>
      <App />
    </Provider>
  </StrictMode>,
)
