import { openForReading } from './openDatabase.js';

/** The SHA-256 of a version NAME@VERSION, undefined when it is not known. @throws {StepcastError} STORE_*. */
export function storedModelHash(path: string, label: string): string | undefined {
  const at = label.lastIndexOf('@');
  const db = openForReading(path);
  try {
    const row = db.prepare('SELECT sha256 FROM models WHERE name = ? AND version = ?').pluck();
    return row.get(label.slice(0, at), Number(label.slice(at + 1))) as string | undefined;
  } finally {
    db.close();
  }
}
