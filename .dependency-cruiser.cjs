/** Holds the direction of imports: a folder may import only what stands below it. See docs/adr and CONTRIBUTING.md. */
const order = [
  ['fhir'],
  ['search'],
  ['conditions'],
  ['store'],
  ['terminology'],
  ['audit'],
  ['door'],
  ['interaction', 'operation', 'federation', 'fair', 'table', 'demo'],
  ['auth', 'rest'],
  ['app'],
  ['cli'],
  ['main'],
];
const pathOf = (name) => `^src/${name}(/|\\.ts$)`;
const upward = order.slice(0, -1).flatMap((lower, at) =>
  lower.map((name) => ({
    name: `${name}-imports-only-what-is-below`,
    severity: 'error',
    from: { path: pathOf(name) },
    to: { path: order.slice(at + 1).flat().map(pathOf) },
  })),
);
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    ...upward,
    {
      name: 'requests-see-the-data-only-through-the-door',
      severity: 'error',
      from: { path: '^src/(interaction|operation|rest|auth)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/store/' },
    },
    {
      name: 'the-client-runs-in-browsers',
      severity: 'error',
      from: { path: '^src/(federation/client|fair)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-client-knows-only-http',
      severity: 'error',
      from: { path: '^src/federation/client/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(federation/client|fair|fhir)/' },
    },
    {
      name: 'the-portal-knows-only-http',
      severity: 'error',
      from: { path: '^portal/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(federation/client/index\\.ts|fair/|fhir/)' },
    },
    { name: 'nothing-knows-the-portal', severity: 'error', from: { path: '^src/' }, to: { path: '^portal/' } },
    {
      name: 'the-portal-runs-in-browsers',
      severity: 'error',
      from: { path: '^portal/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'search-and-conditions-are-pure',
      severity: 'error',
      from: { path: '^src/(search|conditions)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // TypeScript 7 has no API that dependency-cruiser could use, so swc reads the sources.
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
