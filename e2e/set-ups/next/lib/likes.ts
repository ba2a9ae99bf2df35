import { createSlice } from '@reduxjs/toolkit'
import { delivered } from 'redux-broker'
import { liked } from './broker'

export const likes = createSlice({
  name: 'likes',
  initialState: { count: 0 },
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(liked, (state) => {
        state.count += 1
      })
      .addMatcher(delivered(liked), (state, { payload }) => {
        state.count = payload.likes
      })
  },
})
