import { describeCopies } from './copies-contract.js'
import { memoryCopies } from './memory-copies.js'

describeCopies('memory', memoryCopies)
