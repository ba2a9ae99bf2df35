// Bounds the lines of a file, the lines of a function, and the source files of a folder. No two source files of
// `redux-broker` define the same name at their top level, so that each name has one meaning.
import { dirname } from 'node:path'
import ts from 'typescript'
import { listFiles, read, report } from './repository.js'

const fileLinesMax = 250
const functionLinesMax = 60
const folderFilesMax = 14

/** Tests, fixtures and contracts. Their `describe` functions may be long, and their number is free. */
const isForTests = (/** @type {string} */ file) =>
  /\.(test|test-d|spec)\.tsx?$|[.-]fixture\.[jt]s$|-contract\.ts$/.test(file)

const files = listFiles().filter((file) => /\.(ts|tsx|js)$/.test(file))

/** Each thing that is over its bound, as `file`, `file function` or `folder/`, with its size. @type {string[]} */
const over = []

/** @param {string} file @param {string} text */
function measureFunctions(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const lineOf = (/** @type {number} */ at) => source.getLineAndCharacterOfPosition(at).line
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1
      const owner = /** @type {ts.NamedDeclaration} */ (node.name === undefined ? node.parent : node)
      if (lines > functionLinesMax) over.push(`${file} ${owner.name?.getText() ?? 'callback'}: ${lines}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/** The files that define each name. @type {Map<string, Set<string>>} */
const definitions = new Map()

/** @param {string} file @param {string} text */
function collectNames(file, text) {
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    const isDeclared = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isDeclareKeyword)
    const variables = ts.isVariableStatement(statement) ? statement.declarationList.declarations : []
    for (const { name } of /** @type {ts.NamedDeclaration[]} */ ([statement, ...variables]))
      if (name !== undefined && ts.isIdentifier(name) && !isDeclared)
        definitions.set(name.text, (definitions.get(name.text) ?? new Set()).add(file))
  }
}

const isDeclareKeyword = (/** @type {ts.Node} */ { kind }) => kind === ts.SyntaxKind.DeclareKeyword

/** @type {Map<string, number>} */
const folders = new Map()
for (const file of files) {
  const text = read(file)
  const lines = text.trimEnd().split('\n').length
  if (lines > fileLinesMax) over.push(`${file}: ${lines}`)
  if (isForTests(file)) continue
  measureFunctions(file, text)
  if (file.startsWith('packages/broker/src/')) collectNames(file, text)
  folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1)
}
for (const [folder, count] of folders) if (count > folderFilesMax) over.push(`${folder}/: ${count}`)
for (const [name, places] of definitions)
  if (places.size > 1) over.push(`${name} is defined in ${[...places].join(' and in ')}`)

report(
  over,
  `shape (at most ${fileLinesMax} lines a file, ${functionLinesMax} a function, ${folderFilesMax} files a folder, one file a name): ` +
    `${files.length} files`,
)
