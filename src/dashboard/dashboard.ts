import { ApiClient } from './api/apiClient.js';
import { LiveFeed } from './api/liveFeed.js';
import { h } from './dom/h.js';
import { openList } from './list/openList.js';
import { openModels } from './models/openModels.js';
import { hashOf, parseRoute, type Route } from './routes.js';
import { openSeries } from './series/openSeries.js';
import { ConnectionState } from './shell/connectionState.js';
import { LoginDialog } from './shell/loginDialog.js';
import type { Page, PageContext } from './shell/page.js';
import { themeSwitch } from './shell/themeSwitch.js';

const client: ApiClient = new ApiClient(() => login.ask(client));
const signOut = h('button', { type: 'button', class: 'quiet', hidden: true, on: { click: leave } }, 'Sign out');
const login = new LoginDialog(() => {
  signOut.hidden = false;
});
const connection = new ConnectionState();
const node = h('span', { class: 'node' });
const links = {
  series: h('a', { href: hashOf({ page: 'series' }) }, 'Series'),
  models: h('a', { href: hashOf({ page: 'models' }) }, 'Models'),
};
const main = h('main', { id: 'main', tabindex: -1 });

document.body.replaceChildren(
  h('a', { class: 'skip', href: '#main', on: { click: skip } }, 'Skip to the content'),
  h(
    'header',
    { class: 'top' },
    h('p', { class: 'brand' }, h('a', { href: hashOf({ page: 'series' }) }, 'stepcast'), node),
    h('nav', { 'aria-label': 'Pages' }, links.series, links.models),
    h('div', { class: 'side' }, connection.badge, signOut, themeSwitch()),
  ),
  connection.banner,
  main,
);

let leavePage = (): void => {};

function show(route: Route): void {
  leavePage();
  const here = route.page === 'models' ? links.models : links.series;
  for (const link of Object.values(links)) link.toggleAttribute('aria-current', false);
  here.setAttribute('aria-current', route.page === 'one' ? 'true' : 'page');
  main.replaceChildren();
  document.body.dataset.page = route.page;
  const leaving = new AbortController();
  const page = open(route, { client, main, signal: leaving.signal });
  const feed = new LiveFeed(
    {
      ...(route.page === 'one' && { series: route.series }),
      isBack: () => client.get('/api/node'),
      onStatus: (status) => connection.show(status),
    },
    {
      ...page,
      hello: (event) => {
        node.textContent = event.node;
        page.hello?.(event);
      },
    },
  );
  feed.start();
  leavePage = () => {
    leaving.abort();
    feed.stop();
  };
}

function open(route: Route, context: PageContext): Page {
  if (route.page === 'models') return openModels(context);
  return route.page === 'one' ? openSeries(context, route.series) : openList(context);
}

function skip(event: Event): void {
  event.preventDefault(); // the fragment is the page's address
  main.focus();
}

function leave(): void {
  void client.logOut().then(() => location.reload());
}

addEventListener('hashchange', () => {
  show(parseRoute(location.hash));
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
show(parseRoute(location.hash));
