export interface Viewport {
  readonly scrollTop: number; // pixels
  readonly height: number; // pixels
  readonly rowHeight: number; // pixels, > 0
  readonly rows: number;
}

export interface VisibleRows {
  readonly first: number;
  readonly end: number; // exclusive
}

/** The rows that are drawn: those in view, and `margin` more on either side, so that a quick scroll shows no emptiness. */
export function visibleRows({ scrollTop, height, rowHeight, rows }: Viewport, margin = 6): VisibleRows {
  const top = Math.max(0, Math.min(scrollTop, rows * rowHeight - height));
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  const end = Math.min(rows, Math.ceil((top + height) / rowHeight) + margin);
  return { first, end: Math.max(first, end) };
}

/** The least scrolling that brings row `index` wholly into view. */
export function scrollTopFor(index: number, { scrollTop, height, rowHeight }: Viewport): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
}
