export interface Slot {
  /** `float`, `int`, `bool`, or a letter: any type, the same for all slots of that letter. */
  readonly type: string;
  readonly optional: boolean;
  readonly repeated: boolean;
}

export type AttributeKind = 'float' | 'int' | 'string' | 'tensor' | 'floats' | 'ints' | 'strings';

/** What a node of an operator may look like. */
export interface OperatorForm {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  readonly required: readonly string[];
}

const slots = (text: string): Slot[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => ({
      type: word.replace(/[[\]*]/g, ''),
      optional: word.startsWith('['),
      repeated: word.endsWith('*'),
    }));

/**
 * A form from its short notation: `T [int] T* -> T [bool]` are types of inputs and outputs, optional ones in brackets, a star
 * after one that may be repeated; `axis:int keepdims:int perm!:ints` are attributes, those that must be there with a mark.
 */
export function operatorForm(signature: string, attributes = ''): OperatorForm {
  const [inputs, outputs] = signature.split('->').map(slots);
  const pairs = attributes
    .split(' ')
    .filter(Boolean)
    .map((word) => word.split(':'));
  return {
    inputs,
    outputs,
    attributes: Object.fromEntries(pairs.map(([name, kind]) => [name.replace('!', ''), kind as AttributeKind])),
    required: pairs.flatMap(([name]) => (name.endsWith('!') ? [name.slice(0, -1)] : [])),
  };
}
