// Code that a page loads once it runs. No tap, entry or delivery needs it. Where it is missing, its work waits.
export { bringBack } from '../core/bring-back.js'
export { createInquiry, questions } from '../core/inquiry.js'
export { level } from '../core/level.js'
