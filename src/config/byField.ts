/** One word for every field of a stream, or one by the name of the field. */
export type ByField = string | Readonly<Record<string, string>>;

export const wordOf = (words: ByField | undefined, field: string | undefined): string | undefined =>
  typeof words === 'string' ? words : words?.[field ?? ''];
