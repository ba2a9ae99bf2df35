// The comments of the posts whose discussion was opened.
import { createSlice } from '@reduxjs/toolkit'
import { delivered } from 'redux-broker'
import { type Dated, dated } from '../account/account-slice'
import type { ServerComment } from '../api/types'
import { loadComments } from '../broker/reads'
import { signedOut } from '../session/session-slice'

type Comments = Readonly<Record<string, Dated<readonly ServerComment[]>>>

export const comments = createSlice({
  name: 'comments',
  initialState: {} as Comments,
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(signedOut, (): Comments => ({}))
      .addMatcher(delivered(loadComments), (state, { payload, meta }) => ({
        ...state,
        [meta.arg.postId]: dated(payload, meta),
      }))
  },
})
