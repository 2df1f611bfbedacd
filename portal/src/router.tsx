/** All pages of the portal and their paths; each is loaded when it is first visited. https://tanstack.com/router/latest/docs */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Loading } from './part/loading.tsx';
import { Problem } from './part/problem.tsx';
import { Layout } from './shell/layout.tsx';
import { NotFound } from './shell/not-found.tsx';

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

/** What stands in the address beside the path. Each page reads what it knows; all of it are texts or lists of texts. */
export type PageSearch = { readonly [name: string]: string | string[] | undefined };

function pageSearch(search: Record<string, unknown>): PageSearch {
  const read = (value: unknown): string | string[] => (Array.isArray(value) ? value.map(String) : String(value));
  return Object.fromEntries(
    Object.entries(search)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, read(value)]),
  );
}

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component, validateSearch: pageSearch });

const tree = root.addChildren([
  page(
    '/',
    lazyRouteComponent(() => import('./ask/welcome-page.tsx'), 'WelcomePage'),
  ),
  page(
    '/ask',
    lazyRouteComponent(() => import('./ask/page.tsx'), 'AskPage'),
  ),
  page(
    '/catalogue',
    lazyRouteComponent(() => import('./catalogue/page.tsx'), 'CataloguePage'),
  ),
  page(
    '/data-set/$id',
    lazyRouteComponent(() => import('./data-set/page.tsx'), 'DataSetPage'),
  ),
  page(
    '/access',
    lazyRouteComponent(() => import('./access/page.tsx'), 'AccessPage'),
  ),
  page(
    '/network',
    lazyRouteComponent(() => import('./network/page.tsx'), 'NetworkPage'),
  ),
  page(
    '/explore/$',
    lazyRouteComponent(() => import('./explore/page.tsx'), 'ExplorePage'),
  ),
  page(
    '/desk',
    lazyRouteComponent(() => import('./desk/page.tsx'), 'DeskPage'),
  ),
  page(
    '/login',
    lazyRouteComponent(() => import('./login/page.tsx'), 'LoginPage'),
  ),
]);

/** Addresses are written as forms write them: `?a=1&a=2`, no JSON, so that people can read and type them. */
export function parseAddress(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = found[name];
    found[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return found;
}

export function writeAddress(search: Record<string, unknown>): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) written.append(name, String(one));
  }
  const text = written.toString();
  return text === '' ? '' : `?${text}`;
}

export const router = createRouter({
  routeTree: tree,
  parseSearch: parseAddress,
  stringifySearch: writeAddress,
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Problem error={error} retry={reset} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
