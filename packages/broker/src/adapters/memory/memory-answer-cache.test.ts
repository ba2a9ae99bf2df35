import { describeAnswerCache } from '../contracts/answer-cache-contract.js'
import { memoryAnswerCache } from './memory-answer-cache.js'

describeAnswerCache('memory', memoryAnswerCache)
