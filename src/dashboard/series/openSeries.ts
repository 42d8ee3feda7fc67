import type { Page, PageContext } from '../shell/page.js';
import { problemNote } from '../shell/problemNote.js';
import { SeriesPage } from './seriesPage.js';

const refreshMs = 60_000; // skill, error by steps ahead, versions: no event brings them

/** One series: what came, what was said of it at any moment, how good that was, and by which model. */
export function openSeries({ client, main, signal }: PageContext, series: string): Page {
  document.title = `${series} · stepcast`;
  const page = new SeriesPage(client, series, signal);
  main.append(...page.layout.root);
  const load = async (): Promise<void> => {
    const { note, body } = page.layout;
    try {
      await page.load();
      note.hidden = true;
      body.hidden = false;
    } catch (error) {
      if (signal.aborted || page.isLoaded) return; // what is shown stays, and the banner says from when it is
      note.replaceChildren(problemNote(error, () => void load()));
      note.hidden = false;
      body.hidden = true;
    }
  };
  const refresh = setInterval(() => void page.refresh(), refreshMs);
  signal.addEventListener('abort', () => clearInterval(refresh));
  return {
    hello: () => void load(),
    forecast: (document) => {
      if (document.series === series) page.hear(document);
    },
    decision: (decision) => {
      if (decision.series === series || decision.series === null) void page.loadPanels();
    },
  };
}
