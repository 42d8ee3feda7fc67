import { h } from '../dom/h.js';
import { hashOf } from '../routes.js';
import { Fact } from './fact.js';

interface SeriesParts {
  readonly series: string;
  readonly chart: HTMLElement;
  readonly ranges: HTMLElement;
  readonly slider: HTMLElement;
  readonly buttons: HTMLElement;
  readonly onUnfold: () => void; // the figures are to be seen
}

/** The elements of the page of one series, in their places. */
export function seriesLayout({ series, chart, ranges, slider, buttons, onUnfold }: SeriesParts) {
  const facts = {
    last: new Fact('Last value', 'last'),
    next: new Fact('Next', 'next', 'median of the next step, and the band that holds 8 of 10'),
    skill: new Fact('Skill', 'skill', 'how much less error than saying the last value again, one step ahead'),
    coverage: new Fact('In the 80 % band', 'coverage', 'of the values of the newest 500 forecasts'),
    error: new Fact('Mean error', 'error', 'of the median one step ahead, absolute'),
  };
  const about = h('p', { class: 'muted about' });
  const caption = h('p', { class: 'caption' });
  const readout = h('p', { class: 'readout', 'aria-hidden': 'true' });
  const table = h('div');
  const figures = h(
    'details',
    { class: 'figures', on: { toggle: onUnfold } },
    h('summary', {}, 'This forecast in figures'),
    table,
  );
  const errors = h('div');
  const weights = h('div');
  const history = h('div');
  const note = h('div', { hidden: true });
  const body = h(
    'div',
    { class: 'series-body' },
    h('dl', { class: 'facts' }, ...Object.values(facts).map(({ element }) => element)),
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'forecast-title' },
      h('div', { class: 'card-head' }, h('h2', { id: 'forecast-title' }, 'Forecast'), ranges),
      chart,
      slider,
      h('div', { class: 'under' }, caption, buttons),
      h(
        'p',
        { class: 'legend' },
        h('span', { class: 'key actual' }, 'what came'),
        h('span', { class: 'key step' }, 'said one step before, 80 % band'),
        h('span', { class: 'key fan' }, 'this forecast and its 80 % band'),
        h('span', { class: 'key decision' }, 'something decided about the model'),
        readout,
      ),
      figures,
    ),
    h(
      'div',
      { class: 'pair' },
      card('Error by steps ahead', 'Mean absolute error of the median, over the time shown.', errors),
      card('Whose word counts', 'The share each forecaster has in this forecast.', weights),
    ),
    card('Model', 'Where it comes from, and what was decided about it.', history),
  );
  const root = [
    h(
      'div',
      { class: 'title' },
      h('p', {}, h('a', { href: hashOf({ page: 'series' }) }, '← All series')),
      h('h1', {}, series),
      about,
    ),
    note,
    body,
  ];
  return { root, facts, about, caption, readout, figures, table, errors, weights, history, note, body };
}

const card = (title: string, words: string, content: HTMLElement): HTMLElement =>
  h('section', { class: 'card' }, h('h2', {}, title), h('p', { class: 'muted' }, words), content);
