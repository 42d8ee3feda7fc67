/** A place to write text to, which may be a terminal. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly fd?: number;
  readonly columns?: number;
}

/** What a command sees of the process that runs it. */
export interface Io {
  readonly stdout: TextOutput; // data
  readonly stderr: TextOutput; // logs, progress, the one line of an error
  readonly env: NodeJS.ProcessEnv;
  readonly hostName: string;
  nowMs(): number;
}
