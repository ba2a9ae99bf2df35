// Checks the folders of packages/broker/src by their imports, types included. It checks the arrows between folders,
// circles of files, the number of files, and one meaning for each name. `node e2e/tools/borders.js --floors` prints
// the floors of core.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { allowedArrows } from './border-rules.js'
import { read, report, root as repository } from './repository.js'

const root = `${repository}packages/broker/src`
const filesMax = 14
const coreFilesMax = 6
const coreFloorsMax = 6

/** @typedef {{ file: string, folder: string, imports: string[], names: string[] }} Source */

/** Tests, their fixtures and contracts may import from anywhere. @param {string} name */
const isSource = (name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$|-contract\.ts$/.test(name)

/** @param {ts.Statement} statement @returns {string[]} */
function declared(statement) {
  const isAmbient =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)
  if (isAmbient) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = /** @type {{ name?: ts.Node }} */ (/** @type {unknown} */ (statement))
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : []
}

/** @param {string} path @returns {Source} */
function readSource(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  /** @type {Set<string>} */
  const imports = new Set()
  /** @param {ts.Node} node */
  const visit = (node) => {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    const isCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    const from = isImport
      ? node.moduleSpecifier
      : isCall
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined
    if (from !== undefined && ts.isStringLiteral(from) && from.text.startsWith('.'))
      imports.add(relative(root, join(dirname(path), from.text)).replace(/\.js$/, '.ts'))
    ts.forEachChild(node, visit)
  }
  visit(source)
  const file = relative(root, path)
  const names = [...new Set(source.statements.flatMap(declared))]
  return { file, folder: dirname(file), imports: [...imports], names }
}

const sources = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && isSource(entry.name))
  .map((entry) => readSource(join(entry.parentPath, entry.name)))
const byFile = new Map(sources.map((source) => [source.file, source]))
const folders = [...new Set(sources.map(({ folder }) => folder))].sort()
/** @type {string[]} */
const faults = []

/** The folder itself, or one above it, may be named in the table. @param {string} folder @param {string} other */
const isBelow = (folder, other) => folder === other || folder.startsWith(`${other}/`)

for (const { file, folder, imports } of sources)
  for (const target of imports) {
    const to = dirname(target)
    if (folder === to) continue
    const allowed = allowedArrows[folder]
    if (allowed === undefined) faults.push(`${folder} is a new folder: add it to border-rules.js`)
    else if (
      !allowed.some((one) =>
        one.endsWith('/*') ? isBelow(to, one.slice(0, -2)) : one === to || one === target,
      )
    )
      faults.push(`${file} must not import ${target}`)
  }

/** Groups of nodes that reach each other (R. Tarjan, 1972). @param {string[]} nodes @param {(node: string) => string[]} next */
function circles(nodes, next) {
  /** @type {Map<string, number>} */
  const low = new Map()
  /** @type {string[]} */
  const stack = []
  /** @type {string[][]} */
  const found = []
  const done = new Set()
  /** @param {string} node @returns {number} */
  function visit(node) {
    const index = low.size
    let least = index
    low.set(node, index)
    stack.push(node)
    for (const one of next(node)) if (!done.has(one)) least = Math.min(least, low.get(one) ?? visit(one))
    if (least < index) {
      low.set(node, least)
      return least
    }
    const group = stack.splice(stack.indexOf(node))
    for (const one of group) done.add(one)
    if (group.length > 1) found.push(group)
    return index
  }
  for (const node of nodes) if (!low.has(node)) visit(node)
  return found
}

const importsOf = (/** @type {string} */ file) =>
  byFile.get(file)?.imports.filter((one) => byFile.has(one)) ?? []
for (const circle of circles([...byFile.keys()], importsOf))
  faults.push(`a circle of files: ${circle.join(', ')}`)

/** @param {string} folder */
const arrowsOf = (folder) => [
  ...new Set(
    sources
      .filter((source) => source.folder === folder)
      .flatMap(({ imports }) => imports.map((to) => dirname(to))),
  ),
]
const layered = folders.filter((folder) => folder !== '.')
for (const circle of circles(layered, (folder) => arrowsOf(folder).filter((to) => layered.includes(to))))
  faults.push(`a circle of folders: ${circle.join(', ')}`)

for (const folder of folders) {
  const count = sources.filter((source) => source.folder === folder).length
  const max = folder === 'core' ? coreFilesMax : filesMax
  if (count > max) faults.push(`${folder} has ${count} files: at most ${max}`)
}

/** @type {Map<string, string[]>} */
const places = new Map()
for (const { file, names } of sources)
  for (const name of names) places.set(name, [...(places.get(name) ?? []), file])
for (const [name, files] of places)
  if (files.length > 1) faults.push(`${name} is defined in ${files.join(' and ')}`)

const map = read('CONTRIBUTING.md')
for (const folder of layered)
  if (!map.includes(`| \`${folder}\` |`)) faults.push(`the map of CONTRIBUTING.md lacks ${folder}`)

/** @type {Map<string, number>} */
const floors = new Map()
/** @param {string} folder @returns {number} */
function floorOf(folder) {
  const known = floors.get(folder)
  if (known !== undefined) return known
  floors.set(folder, 0)
  const below = arrowsOf(folder).filter((to) => to !== folder && isBelow(to, 'core'))
  const floor = 1 + Math.max(0, ...below.map(floorOf))
  floors.set(folder, floor)
  return floor
}
const coreFolders = folders.filter((folder) => isBelow(folder, 'core'))
const highest = Math.max(...coreFolders.map(floorOf))
if (highest > coreFloorsMax) faults.push(`core has ${highest} floors of folders: at most ${coreFloorsMax}`)
if (process.argv.includes('--floors'))
  for (const folder of folders) {
    const floor = floors.has(folder) ? `floor ${floors.get(folder)}` : ''
    console.log(`${folder}: ${sources.filter((one) => one.folder === folder).length} files ${floor}`)
  }

report(faults, `borders: ${sources.length} files in ${folders.length} folders, ${highest} floors in core`)
