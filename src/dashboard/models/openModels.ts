import type { ApiDecision, ApiModel } from '../../http/api.js';
import { h } from '../dom/h.js';
import { scrollTable } from '../dom/scrollTable.js';
import { formatCount, formatSkill } from '../formats/numbers.js';
import { formatMoment } from '../formats/times.js';
import { labelOf } from '../series/modelLineage.js';
import type { Page, PageContext } from '../shell/page.js';
import { problemNote } from '../shell/problemNote.js';
import { type ModelFamily, modelFamilies } from './modelFamilies.js';

const refreshMs = 60_000;
const decisionsShown = 100;

/** Every version of every model: where it comes from, who uses it, how it does, and what was decided lately. */
export function openModels({ client, main, signal }: PageContext): Page {
  document.title = 'Models · stepcast';
  const content = h('div', { class: 'families' }, h('p', { class: 'muted', role: 'status' }, 'Loading…'));
  main.append(h('h1', {}, 'Models'), content);
  let isLoaded = false;
  const load = async (): Promise<void> => {
    try {
      const [models, decisions] = await Promise.all([
        client.list<ApiModel>('/api/models', {}, signal),
        client.list<ApiDecision>('/api/decisions', {}, signal),
      ]);
      isLoaded = true;
      content.replaceChildren(...modelFamilies(models).map(familyCard), decisionsCard(decisions));
      if (models.length === 0) content.replaceChildren(noModels());
    } catch (error) {
      if (signal.aborted || isLoaded) return;
      content.replaceChildren(problemNote(error, () => void load()));
    }
  };
  const refresh = setInterval(() => void load(), refreshMs);
  signal.addEventListener('abort', () => clearInterval(refresh));
  return {
    hello: () => void load(),
    decision: () => void load(),
  };
}

const titles = ['Version', 'State', 'From', 'Parent', 'Series', 'Skill', 'Created', 'SHA-256'];

function familyCard({ name, versions, own, series }: ModelFamily): HTMLElement {
  const users = series === 1 ? 'one series' : `${formatCount(series)} series`;
  return h(
    'section',
    { class: 'card', 'data-model': name },
    h(
      'div',
      { class: 'card-head' },
      h('h2', {}, name),
      h('p', { class: 'muted' }, series === 0 ? 'not in use' : `in use by ${users}`),
    ),
    versions.length > 0 && scrollTable(`Versions of ${name}`, titles, versions.map(cells)),
    own.length > 0 &&
      h(
        'details',
        {},
        h('summary', {}, `${formatCount(own.length)} made by single series from their own readings`),
        scrollTable(`Versions that series made of ${name}`, titles, own.map(cells)),
      ),
  );
}

const cells = (model: ApiModel): (Node | string)[] => [
  labelOf(model),
  h('span', { class: 'chip', 'data-state': model.state }, model.state),
  model.origin,
  model.parent ?? '–',
  formatCount(model.series),
  formatSkill(model.skill1),
  moment(model.created),
  h('code', { title: model.sha256 }, model.sha256.slice(0, 12)),
];

function decisionsCard(decisions: readonly ApiDecision[]): HTMLElement {
  const rows = decisions
    .slice(-decisionsShown)
    .reverse()
    .map(({ time, kind, model, series, verdict, reason }) => [
      moment(time),
      kind,
      model,
      series ?? 'all that share it',
      h('span', { class: 'chip', 'data-state': verdict }, verdict),
      reason,
    ]);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Decisions'),
    rows.length === 0
      ? h('p', { class: 'muted' }, 'None yet. A fine-tune, a trial or a rollback is told here, with what spoke for it.')
      : scrollTable('Decisions, newest first', ['When', 'By', 'Version', 'Series', 'Verdict', 'Why'], rows),
  );
}

const moment = (ms: number): string => formatMoment(ms, { stepMs: 60_000, nowMs: Date.now() });

const noModels = (): HTMLElement =>
  h(
    'div',
    { class: 'empty' },
    h('h2', {}, 'No model is known yet'),
    h('p', { class: 'muted' }, 'The first series brings its own.'),
  );
