// Measures the prose of comments and of documents by area, against the bars of the project.
// `node e2e/tools/prose.js [--all] [file or folder…]` prints the figures and the sentences of each bar that is broken.
import { isDocument, listFiles, read } from './repository.js'

const printedMax = 12

/** @typedef {'openings' | 'long' | 'joined' | 'numbers'} Measure */
/** Per cent of the sentences, and for `numbers` how many. @type {Record<Measure, number>} */
const bars = { openings: 1, long: 8, joined: 20, numbers: 0 }
/** @type {Record<Measure, string>} */
const words = {
  openings: 'open with What, Who or One that',
  long: 'have over 25 words',
  joined: 'have a colon or semicolon',
  numbers: 'cite a rule by a number that no document defines',
}

const areas = [
  'packages/broker/src',
  'packages/broker/test',
  'packages/server',
  'e2e',
  'demo-app',
  'documents',
]

/** @typedef {{ file: string, text: string }} Sentence */

const isCode = (/** @type {string} */ file) => /\.(ts|tsx|js|css)$/.test(file)

/** The comments of a source. Each block is a paragraph, and so are neighbouring lines. @param {string} source */
function commentsOf(source) {
  const paragraphs = [...source.matchAll(/\/\*+([\s\S]*?)\*\//g)].map(([, block = '']) =>
    block.replace(/^[ \t]*\*/gm, ''),
  )
  for (const [lines] of source.matchAll(/(?:^[ \t]*\/\/(?!\/).*\n?)+/gm))
    paragraphs.push(lines.replace(/^[ \t]*\/\/ ?(biome-|@ts).*$/gm, '').replace(/^[ \t]*\/\/ ?/gm, ''))
  return paragraphs.join('\n\n').replace(/@(param|returns?|type|typedef|template|example|see)\b[^\n]*/g, '')
}

/** Markdown without code, tables, headings and marks. @param {string} text */
const plain = (text) =>
  text
    .replace(/```[\s\S]*?```/g, '')
    .replace(/^\s*\|.*$|^#+ .*$/gm, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`]*`/g, 'code')
    .replace(/[*_>#]/g, '')

/** @param {string} text */
const sentencesOf = (text) =>
  text
    .replace(/\n\s*([-*]|\d+\.)\s+/g, '. ')
    .replace(/\n\s*\n/g, '. ')
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?])\s+/)
    .filter((one) => (one.match(/[A-Za-z]/g) ?? []).length > 8)

/** @type {Record<Exclude<Measure, 'numbers'>, (text: string) => boolean>} */
const breaks = {
  openings: (text) =>
    /^(What|Who|Whose|Whoever|Which|(Of|To) what|(One|Those) (that|who))\b/.test(text) && !text.endsWith('?'),
  long: (text) => (text.match(/[A-Za-z][\w'’-]*/g) ?? []).length > 25,
  joined: (text) => /[;:]/.test(text),
}

const ruleNumber = /(?<![%\w])(?:R|F|SC|SEC|RP|P)\d+\b/g

/** The numbers that a heading or the first cell of a row in a document defines. @param {string[]} files */
function definedNumbers(files) {
  const firsts = files.flatMap((file) => read(file).match(/^(?:#+|\|)\s*\**[A-Z]+\d+\b/gm) ?? [])
  return new Set(firsts.flatMap((first) => first.match(ruleNumber) ?? []))
}

/** @param {string} area @param {string} file */
const isIn = (area, file) =>
  area === 'documents' ? isDocument(file) : isCode(file) && file.startsWith(`${area}/`)

/** @param {string} area @param {string[]} files @param {Set<string>} defined */
function measure(area, files, defined) {
  const inArea = files.filter((file) => isIn(area, file))
  const all = inArea.flatMap((file) =>
    sentencesOf(plain(isCode(file) ? commentsOf(read(file)) : read(file))).map((text) => ({ file, text })),
  )
  /** @type {Record<Measure, Sentence[]>} */
  const found = {
    openings: all.filter(({ text }) => breaks.openings(text)),
    long: all.filter(({ text }) => breaks.long(text)),
    joined: all.filter(({ text }) => breaks.joined(text)),
    numbers: inArea.flatMap((file) =>
      (read(file).match(ruleNumber) ?? []).filter((one) => !defined.has(one)).map((text) => ({ file, text })),
    ),
  }
  return { count: all.length, found }
}

const files = listFiles(process.argv.slice(2).filter((name) => !name.startsWith('--')))
const defined = definedNumbers(listFiles(['docs']).filter(isDocument))
let failed = false
for (const area of areas) {
  const { count, found } = measure(area, files, defined)
  if (count === 0) continue
  console.log(`${area}: ${count} sentences`)
  for (const name of /** @type {Measure[]} */ (Object.keys(bars))) {
    const figure =
      name === 'numbers' ? found.numbers.length : Math.round((1000 * found[name].length) / count) / 10
    const isOver = figure > bars[name]
    console.log(`  ${figure}${name === 'numbers' ? '' : ' %'} ${words[name]} (at most ${bars[name]})`)
    if (!isOver && !process.argv.includes('--all')) continue
    failed ||= isOver
    const worst = found[name].sort((a, b) => b.text.length - a.text.length)
    for (const { file, text } of worst.slice(0, printedMax)) console.log(`    ${file}: ${text}`)
    if (worst.length > printedMax) console.log(`    and ${worst.length - printedMax} more`)
  }
}
if (failed) process.exitCode = 1
