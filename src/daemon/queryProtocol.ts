import type { ErrorCode } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import type { Budget } from './answerQuestion.js';

export interface QueryThreadOptions extends Budget {
  readonly db: string;
  readonly yields: boolean; // runs behind everything else of the machine
}

export interface QueryFailure {
  readonly code?: ErrorCode; // absent: a mistake of the program
  readonly op: string;
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}

export interface QueryRequest {
  readonly id: number;
  readonly question: Question;
}

/** No answer: it takes longer than this thread may. */
export interface HandedOver {
  readonly handedOver: true;
}

export type QueryReply = { readonly id: number } & (
  | { readonly answer: Answer }
  | { readonly failure: QueryFailure }
  | HandedOver
);
