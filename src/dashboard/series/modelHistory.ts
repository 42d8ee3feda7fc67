import type { ApiDecision } from '../../http/api.js';
import { h } from '../dom/h.js';
import { formatSkill } from '../formats/numbers.js';
import { type LineageEntry, labelOf } from './modelLineage.js';

/** Where the model in use comes from, and what was decided on the way, newest first. */
export function modelHistory(
  lineage: readonly LineageEntry[],
  decisions: readonly ApiDecision[],
  moment: (ms: number) => string,
): HTMLElement {
  return h(
    'div',
    { class: 'history' },
    h(
      'ol',
      { class: 'lineage', 'aria-label': 'Versions, the one in use first' },
      ...lineage.map(({ model, role }) =>
        h(
          'li',
          { 'data-role': role },
          h('span', { class: 'version' }, labelOf(model)),
          h('span', { class: 'chip', 'data-state': model.state }, role === 'in-use' ? 'in use' : model.state),
          h('span', { class: 'sub' }, `${model.origin}, ${moment(model.created)}${skillOf(model.skill1)}`),
        ),
      ),
    ),
    decisions.length === 0
      ? h('p', { class: 'muted' }, 'Nothing has been decided about it yet: no fine-tune was due so far.')
      : h(
          'ol',
          { class: 'decisions', 'aria-label': 'Decisions, newest first' },
          ...[...decisions]
            .reverse()
            .map(({ time, kind, model, verdict, reason }) =>
              h(
                'li',
                { 'data-verdict': verdict },
                h('span', {}, `${model} ${verdict}`),
                h('span', { class: 'sub' }, `${moment(time)} · ${kind} · ${reason}`),
              ),
            ),
        ),
  );
}

const skillOf = (skill: number | null): string => (skill === null ? '' : `, skill ${formatSkill(skill)}`);
