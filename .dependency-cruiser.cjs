/** The rings of ARCHITECTURE.md as rules: imports go 2 → 1 → 0, and no adapter imports another. */
const ring0 = '^src/(series|onnx|nn|forecast|metrics|listing|firmware)/';
const ring1 = '^src/(pipeline|training)/';
const adapters = 'mqtt|postgres|amqp|storage|inference|learning|registry|publish|http|serial|homeassistant|monitoring';
module.exports = {
  forbidden: [
    {
      name: 'ring-0-is-pure',
      comment: 'Ring 0 imports only ring 0 (and protobufjs, which is a codec): no I/O, no clock, no rxjs.',
      severity: 'error',
      from: { path: ring0 },
      to: { pathNot: `${ring0}|^node_modules/protobufjs/|^src/errors\\.ts$` },
    },
    {
      name: 'charts-are-pure',
      comment: 'Pictures are strings: charts import one another, and two libraries of arithmetic.',
      severity: 'error',
      from: { path: '^src/charts/' },
      to: { pathNot: '^src/charts/|^node_modules/(d3-scale|d3-shape|@types/d3-(scale|shape))/' },
    },
    {
      name: 'ring-1-knows-no-adapter',
      severity: 'error',
      from: { path: ring1 },
      to: { pathNot: `${ring0}|${ring1}|^node_modules/rxjs/|^src/errors\\.ts$` },
    },
    {
      name: 'adapters-do-not-import-each-other',
      severity: 'error',
      from: { path: `^src/(${adapters})/` },
      to: { path: `^src/(${adapters})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'payloads-know-no-adapter',
      comment: 'What a message holds is the same whichever adapter brought it.',
      severity: 'error',
      from: { path: '^src/payloads/' },
      to: { pathNot: `^src/payloads/|${ring0}|${ring1}|^node_modules/|^src/errors\\.ts$` },
    },
    {
      name: 'only-wiring-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|stepcast\\.ts$)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-dashboard-runs-in-a-browser',
      comment: 'It knows the documents of the interface, as types, and nothing else of the daemon.',
      severity: 'error',
      from: { path: '^src/dashboard/' },
      to: { pathNot: '^src/dashboard/|^node_modules/uplot/|^src/http/api\\.ts$' },
    },
    {
      name: 'the-dashboard-knows-types-alone',
      severity: 'error',
      from: { path: '^src/dashboard/' },
      to: { path: '^src/http/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-the-dashboard',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/dashboard/' },
      to: { path: '^src/dashboard/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
