export interface Taken {
  readonly flash: number;
  readonly ram: number;
}

/** Memory of a processor that is tight; others have plenty. */
export const targets: Readonly<Record<string, { readonly flash?: number; readonly ram?: number }>>;

export function measure(target: string): {
  readonly line: number;
  readonly slots: number;
  readonly examples: Readonly<Record<string, Taken>>;
};
