/** All pages of the portal and their paths; each is loaded when it is first visited. https://tanstack.com/router/latest/docs */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { pageSearch, parseAddress, writeAddress } from './page-search.ts';
import { Loading } from './part/loading.tsx';
import { Problem } from './part/problem.tsx';
import { Layout } from './shell/layout.tsx';
import { NotFound } from './shell/not-found.tsx';

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound });

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
