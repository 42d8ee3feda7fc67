import type { ApiWeight } from '../../http/api.js';
import { h } from '../dom/h.js';
import { formatShare } from '../formats/numbers.js';

/** In the order in which they are drawn, each in its own colour. */
const words: Readonly<Record<string, string>> = {
  persistence: 'last value',
  seasonal: 'a season ago',
  holtwinters: 'Holt–Winters',
  linear: 'linear',
  'season-linear': 'linear over a season',
  'week-linear': 'linear over a week',
  network: 'network',
  covariates: 'other series',
};

/** Who had how much of a say, step by step: a bar a step, the same order and colours in each. */
export function blendWeights(weights: readonly ApiWeight[]): HTMLElement {
  if (weights.length === 0) return h('p', { class: 'muted' }, 'This forecast has no weights stored with it.');
  const heard = new Set(weights.filter(({ weight }) => weight > 0).map(({ expert }) => expert));
  const experts = [...heard].sort((a, b) => colourOf(a) - colourOf(b));
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
          h('span', { class: 'bar', 'aria-hidden': 'true' }, ...shares.map(([expert, weight]) => part(expert, weight))),
        );
      }),
    ),
    h(
      'p',
      { class: 'legend' },
      ...experts.map((expert) => h('span', { class: 'key', 'data-colour': colourOf(expert) }, nameOf(expert))),
    ),
  );
}

function part(expert: string, weight: number): HTMLElement {
  const share = h('span', { 'data-colour': colourOf(expert), title: `${nameOf(expert)} ${formatShare(weight)}` });
  share.style.flexGrow = String(100 * weight); // together 1 or more, or they would not fill the bar
  return share;
}

const nameOf = (expert: string): string => words[expert] ?? expert;

const colourOf = (expert: string): number => Object.keys(words).indexOf(expert);
