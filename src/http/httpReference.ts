import { apiRoutes } from './apiRoutes.js';

const begin = '<!-- questions: written by `npm run docs` -->';
const end = '<!-- /questions -->';

/** Puts what can be asked, from the very table that is served, between its marks in docs/http.md. */
export function withHttpReference(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`withHttpReference: no ${begin} … ${end} in the text`);
  return `${text.slice(0, from + begin.length)}\n\n${apiRoutes.map(section).join('\n\n')}\n\n${text.slice(to)}`;
}

const section = ({ path, summary, parameters }: (typeof apiRoutes)[number]): string => {
  const lines = Object.entries(parameters).map(([name, { description, required, schema }]) => {
    const fallback = schema.default === undefined ? '' : ` (default ${schema.default})`;
    return `- \`${name}\`${required ? ', required' : ''}: ${description}${fallback}`;
  });
  return [`### \`GET ${path}\``, '', `${summary}.`, '', ...lines].join('\n');
};
