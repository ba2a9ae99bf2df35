// Entity tags, by which somebody who edits says which edition they saw (RFC 9110 section 13.1.1).

export function entityTag(version: number): string {
  return `"${version}"`
}

/** Whether `If-Match` names this edition. Without the field anything passes; a weak tag never does. */
export function passesIfMatch(field: string | null, tag: string): boolean {
  if (field === null || field.trim() === '*') return true
  return field.split(',').some((candidate) => candidate.trim() === tag)
}
