// npm run bench -- [NAME [OPTION ...]]: runs a benchmark; without a name, steps of the cpu engine by batches, models and methods.
const BENCHMARKS: Readonly<Record<string, () => Promise<unknown>>> = {
  census: () => import("./census.ts"),
  cpu: () => import("./cpu.ts"),
  models: () => import("./models.ts"),
  methods: () => import("./methods.ts"),
  peers: () => import("./peers.ts"),
  playground: () => import("./playground.ts"),
  python: () => import("./python.ts"),
  report: () => import("./report.ts"),
  scale: () => import("./scale.ts"),
  search: () => import("./search.ts"),
  start: () => import("./start.js" as string),
  table: () => import("./table.ts"),
};

const [name] = process.argv.splice(2, 1); // what follows is read by the benchmark
const names = name === undefined ? ["cpu", "models", "methods"] : [name];
for (const one of names) {
  const benchmark = BENCHMARKS[one];
  if (benchmark === undefined) {
    console.error(`bench: expected one of ${Object.keys(BENCHMARKS).join(", ")}, got '${one}'`);
    process.exitCode = 2;
    break;
  }
  await benchmark();
}
