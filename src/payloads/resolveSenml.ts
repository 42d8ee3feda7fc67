import type { Decoded } from './decoder.js';
import { Draft, maxRecords, refuse } from './draft.js';

/** One record by its JSON labels, whatever it was encoded as. */
export type SenmlRecord = Readonly<Record<string, unknown>>;

const version = 10; // RFC 8428, section 4.4
const absoluteFrom = 2 ** 28; // seconds; anything less is relative to now, section 4.5.3
const nameSyntax = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/; // section 4.5.1
const understood = new Set(['bn', 'bt', 'bu', 'bv', 'bs', 'bver', 'n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut']);
const otherValues = ['vs', 'vb', 'vd'] as const;

interface Bases {
  name: string;
  unit: string;
  time: number | undefined;
  value: number | undefined;
  sum: number | undefined;
}

/**
 * The numeric records of a SenML pack, resolved (RFC 8428, section 4.6): the field is base name + name, a sum is the field
 * `NAME.sum`. Where one pack gives a name several units, as the example of section 5.1.3 does, each unit after the name's
 * first is a field `NAME.UNIT` of its own. A pack with an unknown version, an unknown label that must be understood or a
 * base field of the wrong type is refused whole; a bad record only itself.
 */
export const resolveSenml = (records: readonly SenmlRecord[], arrivedMs: number): Decoded => {
  if (records.length === 0) return refuse('empty', 'the pack holds no record');
  const draft = new Draft(maxRecords);
  const bases: Bases = { name: '', unit: '', time: undefined, value: undefined, sum: undefined };
  const units = new Map<string, string>();
  for (const record of records) if (refusePack(draft, record, records[0]!)) return draft;
  for (const record of records) {
    rebase(bases, record);
    resolve(draft, bases, units, record, arrivedMs);
    if (draft.full && record !== records.at(-1)) {
      draft.tooMany();
      return draft;
    }
  }
  if (draft.samples.length === 0 && draft.rejects.length === 0)
    draft.reject('not_numeric', 'no record has a numeric value');
  return draft;
};

const refusePack = (draft: Draft, record: SenmlRecord, first: SenmlRecord): boolean => {
  for (const label of Object.keys(record)) {
    if (label.endsWith('_') && !understood.has(label)) {
      draft.reject('senml_label', `the label ${label} must be understood and is not`);
      return true;
    }
  }
  const bver = record.bver;
  if (bver !== undefined) {
    if (
      !Number.isInteger(bver) ||
      (bver as number) < 1 ||
      (bver as number) > version ||
      bver !== (first.bver ?? version)
    ) {
      draft.reject('senml_version', `version ${String(bver)}; up to ${version} is understood, one throughout a pack`);
      return true;
    }
  }
  for (const label of ['bn', 'bu', 'bt', 'bv', 'bs'] as const) {
    const wanted = label === 'bn' || label === 'bu' ? 'string' : 'number';
    if (record[label] !== undefined && typeof record[label] !== wanted) {
      draft.reject('senml_base', `${label} must be a ${wanted}`);
      return true;
    }
  }
  return false;
};

const rebase = (bases: Bases, record: SenmlRecord): void => {
  bases.name = (record.bn as string | undefined) ?? bases.name;
  bases.unit = (record.bu as string | undefined) ?? bases.unit;
  bases.time = (record.bt as number | undefined) ?? bases.time;
  bases.value = (record.bv as number | undefined) ?? bases.value;
  bases.sum = (record.bs as number | undefined) ?? bases.sum;
};

const resolve = (
  draft: Draft,
  bases: Bases,
  units: Map<string, string>,
  record: SenmlRecord,
  arrivedMs: number,
): void => {
  const { n, v, s, t } = record;
  const others = otherValues.filter((label) => record[label] !== undefined).length;
  if (n === undefined && v === undefined && s === undefined && others === 0) return; // sets bases only
  const name = `${bases.name}${n ?? ''}`;
  const tMs = timeOf(bases.time, t, arrivedMs);
  const fault = faultOf(record, others);
  if (fault !== undefined) draft.reject('senml_value', fault);
  else if (!nameSyntax.test(name)) draft.reject('senml_name', `"${name}" is no SenML name`);
  else if (Number.isNaN(tMs)) draft.reject('bad_time', `the time of ${name} is no number or out of range`);
  else {
    const field = fieldOf(units, name, (record.u as string | undefined) ?? bases.unit);
    const sums = s !== undefined || bases.sum !== undefined;
    if (sums) draft.add(`${field}.sum`, tMs, ((s as number | undefined) ?? 0) + (bases.sum ?? 0));
    // A missing value counts as zero where there is a base value, but not where the record says it is something else.
    const values = v !== undefined || (bases.value !== undefined && others === 0 && s === undefined);
    if (values) draft.add(field, tMs, ((v as number | undefined) ?? 0) + (bases.value ?? 0));
    if (!values && !sums && others === 0) draft.reject('senml_value', `${name} has neither value nor sum`);
  }
};

const regular = { n: 'string', u: 'string', v: 'number', s: 'number' } as const;

const faultOf = (record: SenmlRecord, others: number): string | undefined => {
  for (const [label, wanted] of Object.entries(regular)) {
    if (record[label] !== undefined && typeof record[label] !== wanted) return `${label} must be a ${wanted}`;
  }
  return others + (record.v === undefined ? 0 : 1) > 1 ? 'a record has more than one value' : undefined;
};

/** Undefined without any time of its own, NaN when it is none or out of range. */
const timeOf = (base: number | undefined, t: unknown, arrivedMs: number): number | undefined => {
  if (base === undefined && t === undefined) return undefined;
  if (t !== undefined && typeof t !== 'number') return Number.NaN;
  const seconds = (base ?? 0) + (t ?? 0);
  const ms = Math.round(seconds * 1000) + (seconds < absoluteFrom ? arrivedMs : 0);
  return Math.abs(ms) <= 8.64e15 ? ms : Number.NaN;
};

const fieldOf = (units: Map<string, string>, name: string, unit: string): string => {
  if (unit === '') return name;
  const first = units.get(name);
  if (first === undefined) units.set(name, unit);
  return first === undefined || first === unit ? name : `${name}.${unit}`;
};
