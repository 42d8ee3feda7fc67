import type { Problem } from '../../http/api.js';

/** What the server refused, or that it was not reached (status 0). */
export class ApiProblem extends Error {
  readonly status: number;

  constructor({ status, title, detail }: Pick<Problem, 'status' | 'title' | 'detail'>) {
    super(detail || title);
    this.name = 'ApiProblem';
    this.status = status;
  }

  static async of(response: Response): Promise<ApiProblem> {
    const { status, statusText } = response;
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    return new ApiProblem({ status, title: problem.title ?? statusText, detail: problem.detail ?? `HTTP ${status}` });
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }

  static get unreachable(): ApiProblem {
    return new ApiProblem({ status: 0, title: 'Not reached', detail: 'The daemon does not answer.' });
  }
}
