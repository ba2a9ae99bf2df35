// A site of its own for the page, where the back end is of another origin.
import express from 'express'
import { type Listening, listen } from '../fixtures/servers/listen.js'

export const startSite = (pages: string): Promise<Listening> => listen(express().use(express.static(pages)))
