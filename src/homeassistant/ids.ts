import { createHash } from 'node:crypto';

const longest = 40;

/** What entity ids are made of: a–z, 0–9 and single `_`. Empty when nothing of the text is. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, longest)
    .replace(/^_+|_+$/g, '');

/** The same for the same text for ever, fit for a discovery topic, and for two texts never the same. */
export const stableId = (...parts: readonly string[]): string => {
  const text = parts.join('/');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return ['stepcast', slug(text), hash].filter(Boolean).join('_');
};
