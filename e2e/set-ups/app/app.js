// The one app of all set-ups, with a heart and the state of its broker. It shows nothing that it does not read from
// there.
import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { createBroker, delivered, write } from 'redux-broker'

// Another origin than the page's, where the test gives one.
const api = new URLSearchParams(location.search).get('api') ?? ''

const liked = write(createAction('liked'), {
  request: () => ({ method: 'POST', url: `${api}/api/likes` }),
})

const likes = createSlice({
  name: 'likes',
  initialState: { count: 0 },
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(liked, (state) => {
        state.count += 1
      })
      .addMatcher(delivered(liked), (state) => {
        state.count += 1
      })
  },
})

/** Begins the app. `register` is the line that differs, and gives the broker its worker. */
export function startApp(register, options = {}) {
  const broker = createBroker({
    user: () => 'ada',
    routes: [liked],
    server: 'idempotent',
    origins: api === '' ? [] : [api],
    ...options,
  })
  const store = configureStore({
    reducer: { likes: broker.optimistic(likes.reducer), broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  const show = (id, text) => {
    document.getElementById(id).textContent = text
  }
  const render = () => {
    const { waiting, entries, connectivity, updateReady } = store.getState().broker
    const { worker, workerLacks } = broker.capabilities()
    show('likes', store.getState().likes.count)
    const isSaving = Object.values(entries).some(({ state }) => state === 'capturing')
    show('waiting', isSaving ? 'saving' : waiting)
    show('line', connectivity)
    show('worker', worker)
    show('lacks', workerLacks.join(' '))
    document.getElementById('update').hidden = !updateReady
  }
  // The worker's words are no part of the state.
  setInterval(render, 100)
  document.getElementById('like').addEventListener('click', () => store.dispatch(liked()))
  document.getElementById('update').addEventListener('click', () => broker.applyUpdate())
  void broker.ready.then(() => show('ready', 'yes'))
  void register(broker)
}
