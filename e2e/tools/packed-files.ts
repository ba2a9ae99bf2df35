// The files that a user of a package gets.
import { execFileSync } from 'node:child_process'

/** The names of all files that `npm pack` puts into the tarball of the package in this folder. */
export function packedFiles(folder: string): readonly string[] {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}
