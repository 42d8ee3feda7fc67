/** Text as it may stand in SVG. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);

/** A coordinate with at most one decimal. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number; // pixels
  readonly faint?: boolean;
  readonly bold?: boolean;
}

export function textAt(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { anchor = 'start', size = 12, faint = false, bold = false } = options;
  const weight = bold ? ' font-weight="bold"' : '';
  const [name, fill] = faint ? ['faint', '#57606a'] : ['ink', '#1b1f24'];
  return `<text class="${name}" fill="${fill}" x="${at(x)}" y="${at(y)}" font-size="${size}" text-anchor="${anchor}"${weight}>${escaped(text)}</text>`;
}

export const gridLine = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="grid" stroke="#d8dee4" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

/**
 * A whole picture. It carries the colours of a light page, and a browser that shows it on a dark one changes ink, grid and
 * ground; series keep theirs.
 */
export function picture(width: number, height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<style>@media (prefers-color-scheme: dark) { .ground { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #30363d } }</style>',
    `<rect class="ground" fill="#ffffff" width="${width}" height="${height}"/>`,
    textAt(16, 26, title, { size: 15, bold: true }),
    ...body,
    '</svg>\n',
  ].join('\n');
}
