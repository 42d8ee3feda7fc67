/** Where the next page begins: at this time, after so many rows of it. */
export interface PagePlace {
  readonly fromMs: number;
  readonly skip: number;
}

export interface PageLimits {
  readonly most: number; // rows
  readonly after?: PagePlace;
  readonly isLate?: () => boolean; // a page may end before it is full, but not before its first row
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly next: PagePlace | undefined; // undefined: that was all
}

export interface Walk<Row> {
  readonly fromMs: number; // inclusive, both
  readonly toMs: number;
  readonly rowsPerMs: number; // a guess to begin with
  readonly timeOf: (row: Row) => number;
}

const firstRows = 512; // so many are hoped for in the first window; each later one may be twice as wide as the last

export interface Span {
  readonly fromMs: number; // inclusive, both
  readonly toMs: number;
}

/**
 * A page of rows in the order of their times, read window by window: what lies beyond the page is not touched. Asks for the rows of a
 * window, in the order of their times, by yielding it.
 */
export function* walkTargets<Row>(
  { fromMs, toMs, rowsPerMs, timeOf }: Walk<Row>,
  { most, after, isLate = () => false }: PageLimits,
): Generator<Span, Page<Row>, readonly Row[]> {
  const rows: Row[] = [];
  let skip = after?.skip ?? 0;
  let atMs = Math.max(fromMs, after?.fromMs ?? fromMs);
  let widthMs = Math.max(1, Math.ceil(Math.min(firstRows, most) / rowsPerMs));
  while (atMs <= toMs) {
    if (rows.length > 0 && isLate()) return { rows, next: { fromMs: atMs, skip: 0 } };
    const endMs = Math.min(toMs, atMs + widthMs - 1);
    const found = yield { fromMs: atMs, toMs: endMs };
    for (let i = skip; i < found.length; i++) {
      if (rows.length === most) return { rows, next: placeOf(found, i, timeOf) };
      rows.push(found[i]);
    }
    skip = 0;
    if (found.length < 2 * firstRows) widthMs *= 2;
    else if (found.length > 8 * firstRows) widthMs = Math.max(1, Math.floor(widthMs / 2));
    atMs = endMs + 1;
  }
  return { rows, next: undefined };
}

function placeOf<Row>(found: readonly Row[], i: number, timeOf: (row: Row) => number): PagePlace {
  const fromMs = timeOf(found[i]);
  let first = i;
  while (first > 0 && timeOf(found[first - 1]) === fromMs) first--;
  return { fromMs, skip: i - first };
}

/** Answers what a walk asks. */
export function walk<Row>(
  walker: ReturnType<typeof walkTargets<Row>>,
  read: (span: Span) => readonly Row[],
): Page<Row> {
  let turn = walker.next();
  while (!turn.done) turn = walker.next(read(turn.value));
  return turn.value;
}
