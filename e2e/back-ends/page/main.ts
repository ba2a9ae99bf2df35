// The app that every back end gets. It has two likes, a note, and the outbox as the broker tells of it.
import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { createBroker, delivered, retry, write } from 'redux-broker'
import type { AppConfig, Template } from './config.js'

const config = JSON.parse(decodeURIComponent(location.hash.slice(1))) as AppConfig
const { api, csrf, like, note, signIn, refusedWhen, ...options } = config

const requestOf = ({ method, url, body }: Template, id: string) => ({
  method,
  url: (api ?? '') + url.replace(':id', id),
  body: JSON.parse(JSON.stringify(body).replaceAll(':id', id)),
})
const rules = { ...(refusedWhen && { refusedWhen }) }
const liked = write(createAction<string>('liked'), { request: (id) => requestOf(like, id), ...rules })
const noted = write(createAction<string>('noted'), { request: (id) => requestOf(note ?? like, id), ...rules })

async function addToken(headers: Headers): Promise<void> {
  const answer = await fetch((api ?? '') + csrf, { credentials: 'include' })
  if (answer.redirected || answer.status === 401 || answer.status === 403) return // the session is over
  if (!answer.ok) throw new Error(`No CSRF token: ${answer.status}`)
  headers.set('x-csrf-token', ((await answer.json()) as { csrfToken: string }).csrfToken)
}

const broker = createBroker({
  user: () => 'ada',
  routes: [liked, noted],
  origins: api === undefined ? [] : [{ origin: api, credentials: 'include' }],
  ...(csrf && { prepareHeaders: addToken }),
  ...options,
})

const shown = createSlice({
  name: 'shown',
  initialState: { liked: [] as string[], notes: [] as string[] },
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(liked, (state, { payload }) => void state.liked.push(payload))
      .addCase(noted, (state, { payload }) => void state.notes.push(payload))
      .addMatcher(delivered(liked), (state, { meta }) => void state.liked.push(meta.arg))
      .addMatcher(delivered(noted), (state, { meta }) => void state.notes.push(meta.arg)),
})

const store = configureStore({
  reducer: { shown: broker.optimistic(shown.reducer), [broker.reducerPath]: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})

const element = (id: string) => document.getElementById(id) as HTMLElement
function show(): void {
  const { shown: view, broker: outbox } = store.getState()
  element('liked').textContent = view.liked.join(' ')
  element('notes').textContent = view.notes.join(' ')
  element('outbox').textContent = JSON.stringify(outbox, null, 1)
}
store.subscribe(show)
show()

element('like-a').onclick = () => store.dispatch(liked('a'))
element('like-b').onclick = () => store.dispatch(liked('b'))
element('note').onclick = () => store.dispatch(noted('hello'))
element('again').onclick = () => {
  const entries = Object.values(store.getState().broker.entries)
  for (const { id, state } of entries) if (state === 'inDoubt') void retry(broker, id)
}
element('sign-in').onclick = async () => {
  const body = new URLSearchParams({ user: 'ada' })
  await fetch((api ?? '') + signIn, { method: 'POST', body, credentials: 'include' })
  await broker.resume()
  document.title = 'Signed in'
}

void broker.register(`/sw.js?api=${api ?? ''}`)
