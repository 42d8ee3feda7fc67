import { distance } from 'fastest-levenshtein';

/** The candidate that is the fewest edits away from `word`, case aside; the first of several. Undefined when there is none. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return ranked(word, candidates)[0]?.candidate;
}

/** At most `count` candidates that `word` may have been meant to be: fewer edits than half its length, or it is a part of them. */
export function nearestFew(word: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = word.toLowerCase();
  return ranked(word, candidates)
    .filter(({ candidate, edits }) => edits <= word.length / 2 || candidate.toLowerCase().includes(wanted))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

function ranked(word: string, candidates: Iterable<string>): { candidate: string; edits: number }[] {
  const wanted = word.toLowerCase();
  return [...candidates]
    .map((candidate) => ({ candidate, edits: distance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
}
