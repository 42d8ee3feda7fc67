/** Of a fleet: its workers tune a model one after another, and what one makes of a shared model the others bring to their series too. */
export interface TuningTurns {
  /** Whether this worker has the turn of a name now; if so, it knows what those before it made. @param onLost it has it no longer, without having left */
  take(name: string, onLost: () => void): Promise<boolean>;
  /** Once what was made is written down for those who come next. */
  leave(name: string): Promise<void>;
  /** The version that a fine-tune of a shared model begins from: this one, or what learning has made of it since. */
  newestOf(label: string): string;
  /** From now on every worker brings a version to its series of that name. */
  share(label: string): void;
}
