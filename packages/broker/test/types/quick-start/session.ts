import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

export interface SessionState {
  userId: string | undefined
}
export const session = createSlice({
  name: 'session',
  initialState: { userId: undefined } as SessionState,
  reducers: {
    signedIn: (state, { payload }: PayloadAction<string>) => {
      state.userId = payload
    },
  },
})
