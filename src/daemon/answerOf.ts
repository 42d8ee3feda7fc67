import { createHash } from 'node:crypto';
import type { Answer } from '../http/questions.js';
import type { Rows } from './answerQuestion.js';

/** Rows as the bytes that are sent. */
export function answerOf({ rows, next }: Rows): Answer {
  const json = new TextEncoder().encode(JSON.stringify(rows));
  const etag = `"${createHash('sha1').update(json).digest('base64url')}"`;
  return { json, rows: rows.length, etag, ...(next !== undefined && { next }) };
}
