import type { ApiWeight } from '../../http/api.js';
import { h } from '../dom/h.js';
import { formatShare } from '../formats/numbers.js';

const words: Readonly<Record<string, string>> = {
  persistence: 'last value',
  seasonal: 'a season ago',
  holtwinters: 'Holt–Winters',
  linear: 'linear',
  'season-linear': 'linear over a season',
  'week-linear': 'linear over a week',
};

/** Who had how much of a say, step by step: a bar a step, the same order and colours in each. */
export function blendWeights(weights: readonly ApiWeight[]): HTMLElement {
  if (weights.length === 0) return h('p', { class: 'muted' }, 'This forecast has no weights stored with it.');
  const experts = [...new Set(weights.map(({ expert }) => expert))];
  const horizons = [...new Set(weights.map(({ horizon }) => horizon))].sort((a, b) => a - b);
  const weightOf = new Map(weights.map(({ horizon, expert, weight }) => [`${horizon} ${expert}`, weight]));
  return h(
    'div',
    {},
    h(
      'ul',
      { class: 'weights' },
      ...horizons.map((horizon) => {
        const shares = experts.map((expert) => [expert, weightOf.get(`${horizon} ${expert}`) ?? 0] as const);
        const said = shares
          .filter(([, weight]) => weight > 0)
          .map(([expert, weight]) => `${nameOf(expert)} ${formatShare(weight)}`);
        return h(
          'li',
          {},
          h('span', { class: 'sub' }, horizon === 1 ? '1 step' : `${horizon} steps`),
          h('span', { class: 'visually-hidden' }, said.join(', ')),
          h(
            'span',
            { class: 'bar', 'aria-hidden': 'true' },
            ...shares.map(([expert, weight], i) => part(expert, weight, i)),
          ),
        );
      }),
    ),
    h(
      'p',
      { class: 'legend' },
      ...experts.map((expert, i) => h('span', { class: 'key', 'data-colour': i % 7 }, nameOf(expert))),
    ),
  );
}

function part(expert: string, weight: number, i: number): HTMLElement {
  const share = h('span', { 'data-colour': i % 7, title: `${nameOf(expert)} ${formatShare(weight)}` });
  share.style.flexGrow = String(weight);
  return share;
}

const nameOf = (expert: string): string => words[expert] ?? expert;
