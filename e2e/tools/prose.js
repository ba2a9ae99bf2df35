// Measures the prose of comments, documents, messages and test names by area, against the bars of the project.
// `node e2e/tools/prose.js [--all] [file or folder…]` prints the figures and the sentences of each bar that is broken.
import ts from 'typescript'
import { isDocument, listFiles, read } from './repository.js'

const printedMax = 12

/** @typedef {'openings' | 'long' | 'joined' | 'numbers'} Measure */
/** Per cent of the sentences, and for `numbers` how many. @typedef {Partial<Record<Measure, number>>} Bars */
/** @type {Bars} */
const bars = { openings: 1, long: 8, joined: 20, numbers: 0 }
/** @type {Bars} */
const barsOfTexts = { openings: 1, long: 8 }
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

const isTest = (/** @type {string} */ file) => /\.test\.|\.spec\.|-contract\./.test(file)
const isSource = (/** @type {string} */ file) =>
  /^(packages\/[^/]+|demo-app)\/src\/.*\.tsx?$/.test(file) && !/\.test\.|\/fixtures\/|-contract\./.test(file)

/** The text of a string, with X for each value in it. Nothing where no string is. @param {ts.Node} node @returns {string | undefined} */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `X${literal.text}`).join('')
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined
  const [left, right] = [textOf(node.left), textOf(node.right)]
  return left === undefined && right === undefined ? undefined : `${left ?? 'X'}${right ?? 'X'}`
}

/** The outermost nodes of a source that a function gives a text for. @param {string} file @param {(node: ts.Node) => string | undefined} choose */
function textsIn(file, choose) {
  /** @type {string[]} */
  const texts = []
  const visit = (/** @type {ts.Node} */ node) => {
    const text = choose(node)
    if (text === undefined || ts.isCallExpression(node)) ts.forEachChild(node, visit)
    if (text !== undefined) texts.push(text)
  }
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true))
  return texts
}

/** Any string of four words or more is a message, whether an error, the console or a page shows it. SQL is none. */
const messagesOf = (/** @type {string} */ file) =>
  textsIn(file, textOf)
    .filter(
      (text) =>
        /(\S+ ){3}\S/.test(text) &&
        !/^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|WITH)\b/.test(text),
    )
    .flatMap((text) => sentencesOf(plain(text)))

/** The titles of tests and of their groups, each as a sentence. */
const namesOf = (/** @type {string} */ file) =>
  textsIn(file, (node) => {
    const isTitled = ts.isCallExpression(node) && /^(it|test|describe)\b/.test(node.expression.getText())
    return isTitled && node.arguments[0] ? textOf(node.arguments[0]) : undefined
  }).map(plain)

/** @type {Record<Exclude<Measure, 'numbers'>, (text: string) => boolean>} */
const breaks = {
  openings: (text) =>
    /^(What|Who|Whose|Whoever|Which|(Of|To) what|(One|Those) (that|who))\b/i.test(text) &&
    !text.endsWith('?'),
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

/** @param {string[]} files @param {(file: string) => string[]} sentences @returns {Sentence[]} */
const gather = (files, sentences) => files.flatMap((file) => sentences(file).map((text) => ({ file, text })))

const proseOf = (/** @type {string} */ file) =>
  sentencesOf(plain(isCode(file) ? commentsOf(read(file)) : read(file)))

const files = listFiles(process.argv.slice(2).filter((name) => !name.startsWith('--')))
const defined = definedNumbers(listFiles(['docs']).filter(isDocument))
const undefinedNumbers = (/** @type {string} */ file) =>
  (read(file).match(ruleNumber) ?? []).filter((one) => !defined.has(one))

/** @param {string} title @param {Sentence[]} all @param {Bars} bars @param {Sentence[]} numbers */
function judge(title, all, bars, numbers = []) {
  if (all.length === 0) return
  console.log(`${title}: ${all.length} sentences`)
  for (const [key, bar] of Object.entries(bars)) {
    const name = /** @type {Measure} */ (key)
    const found = name === 'numbers' ? numbers : all.filter(({ text }) => breaks[name](text))
    const figure = name === 'numbers' ? found.length : Math.round((1000 * found.length) / all.length) / 10
    const isOver = figure > bar
    console.log(`  ${figure}${name === 'numbers' ? '' : ' %'} ${words[name]} (at most ${bar})`)
    if (!isOver && !process.argv.includes('--all')) continue
    if (isOver) process.exitCode = 1
    const worst = found.sort((a, b) => b.text.length - a.text.length)
    for (const { file, text } of worst.slice(0, printedMax)) console.log(`    ${file}: ${text}`)
    if (worst.length > printedMax) console.log(`    and ${worst.length - printedMax} more`)
  }
}

for (const area of areas) {
  const inArea = files.filter((file) => isIn(area, file))
  judge(area, gather(inArea, proseOf), bars, gather(inArea, undefinedNumbers))
}
judge('messages', gather(files.filter(isSource), messagesOf), barsOfTexts)
judge('test names', gather(files.filter(isTest), namesOf), barsOfTexts)
