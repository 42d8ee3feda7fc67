import { writeDurably } from '../writeDurably.js';

/** A picture as PATH.svg and PATH.png, or as the one of them that PATH ends in; the files written. */
export async function writePicture(path: string, svg: string): Promise<string[]> {
  const [, stem, ending] = /^(.*?)(\.svg|\.png)?$/s.exec(path)!;
  const written: string[] = [];
  if (ending !== '.png') {
    writeDurably(`${stem}.svg`, svg);
    written.push(`${stem}.svg`);
  }
  if (ending !== '.svg') {
    const { renderPng } = await import('./renderPng.js');
    writeDurably(`${stem}.png`, await renderPng(svg));
    written.push(`${stem}.png`);
  }
  return written;
}
