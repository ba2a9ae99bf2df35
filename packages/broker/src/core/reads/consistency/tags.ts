// Tags say what a read shows and what a write touches, as in RTK Query. A tag is a type, or one thing of a type.

export type Tag = string | { readonly type: string; readonly id?: string | number }

export const areTags = (value: unknown): value is readonly Tag[] => Array.isArray(value) && value.every(isTag)

const isTag = (tag: unknown): boolean =>
  typeof tag === 'string' || typeof (tag as { readonly type?: unknown } | null)?.type === 'string'

const tagType = (tag: Tag) => (typeof tag === 'string' ? tag : tag.type)
/** Compared as text, since an id from the address bar is the same as the number that a server gave. */
const tagId = (tag: Tag) => (typeof tag === 'string' || tag.id === undefined ? undefined : String(tag.id))

/** Whether a write to `written` makes a read of `read` old. A type makes all of its things old, a thing only itself. */
export const invalidates = (written: Tag, read: Tag): boolean =>
  tagType(written) === tagType(read) && (tagId(written) === undefined || tagId(written) === tagId(read))

/** Whether a write to `written` may show in what `read` stands for. */
export const touches = (written: Tag, read: Tag): boolean =>
  invalidates(written, read) || invalidates(read, written)
