// Models in JavaScript that are not what they seem: other code than their hash is of, chance, and ends of all kinds.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exited, start } from "../support/bin.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { stoppedAfter } from "./processes.ts";

/** A linear map from START, with some code before it, and in `step`. */
const linear = (before: string, act = "") => `${before}
export default class {
  constructor(inputs, tasks, { lr }) {
    Object.assign(this, { D: inputs, K: tasks, lr, bias: START });
  }
  step(x, y) {
    const B = x.length / this.D;
    ${act}
    const losses = new Array(this.K).fill(0);
    for (let i = 0; i < y.length; i++) losses[i % this.K] += (this.bias - y[i]) ** 2 / B;
    for (let i = 0; i < y.length; i++) this.bias -= (this.lr * (this.bias - y[i])) / y.length;
    return losses;
  }
  predict(x) {
    return new Array((x.length / this.D) * this.K).fill(this.bias);
  }
}
`;

function modelOf(text: string, folder = temporaryFolder()): string {
  const file = join(folder, "mine.mjs");
  writeFileSync(file, text);
  return file;
}

/** How code may come from another file, whose text is a number. */
const WAYS = [
  'import START from "./other.mjs";',
  'const a = 1; import START from "./other.mjs";',
  'import { "default" as START } from "./other.mjs";',
  'import START from "#other";',
  'import START from "own";',
  'const name = "./other.mjs"; const { default: START } = await import(name);',
  "const { default: START } = await import(`./other.mjs`);",
  'const { default: START } = await import(new URL("./other.mjs", import.meta.url));',
  'const { default: START } = await eval(`import("./other.mjs")`);',
  'import { createRequire } from "node:module"; const START = createRequire(import.meta.url)("./other.cjs");',
  'import START from "./other.json" with { type: "json" };',
  'import START from "./through.mjs";',
] as const;

/** The folder of a model that takes a number from another file. */
function withOther(way: string, number: number): string {
  const folder = temporaryFolder();
  const files = {
    "package.json": '{ "name": "own", "exports": "./other.mjs", "imports": { "#other": "./other.mjs" } }',
    "other.mjs": `export default ${number};`,
    "other.cjs": `module.exports = ${number};`,
    "other.json": String(number),
    "other.txt": String(number),
    "through.mjs": 'export { default } from "./other.mjs";',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return modelOf(linear(way), folder);
}

export const modelImports: Fault = {
  name: "imports",
  about: "a model's code from other files, in all ways: hashed, or refused with one line",
  share: 1,
  async attempt(random) {
    const way = oneOf(WAYS, random);
    const seen = [];
    for (const number of [1, 2]) {
      const file = withOther(way, number);
      const { code, stdout, stderr } = await runMain(["models", "smoke", "--model", file, "--json"]);
      if (code === 2 && /^mmoe: model mine: [^\n]+\n$/.test(stderr)) return undefined;
      if (code !== 0) return `${way}: exit ${code}: ${stderr}`;
      seen.push((JSON.parse(stdout) as { sha256?: string }[]).at(-1)?.sha256);
    }
    return seen[0] === seen[1] ? `${way}: another file has the same hash` : undefined;
  },
};

/** Numbers that do not follow from a run's seed. */
const CHANCE = [
  ["const START = Date.now() % 997;", ""],
  ["const START = performance.now();", ""],
  ["const START = crypto.getRandomValues(new Uint32Array(1))[0];", ""],
  ['import { randomBytes } from "node:crypto"; const START = randomBytes(2)[0];', ""],
  ["globalThis.calls ??= 0; const START = ++globalThis.calls;", ""],
  ["const START = process.pid % 997;", ""],
  ["const START = process.cwd().length;", ""],
  ["const START = JSON.stringify(process.env).length;", ""],
  ["const START = 0;", "this.bias += performance.now();"],
] as const;

export const modelChance: Fault = {
  name: "chance",
  about:
    "a model whose numbers follow from the clock, chance, its process or earlier runs: refused before the first step",
  share: 1,
  async attempt(random) {
    const [before, act] = oneOf(CHANCE, random);
    const out = join(temporaryFolder(), "out");
    const sweep = ["sweep", "smoke", "--models", "mmoe", "--runs", "1", "--steps", "5", "--out", out];
    const { code, stderr } = await runMain([...sweep, "--model", modelOf(linear(before, act))]);
    const held = code === 2 && /^mmoe: model mine: [^\n]+\n$/m.test(stderr);
    return held ? undefined : `${before} ${act}: exit ${code}: ${stderr}`;
  },
};

/** Ends of a model, as it is loaded or, on batches of 64 rows, as it trains. */
const ENDS = [
  "process.exit(0);",
  "process.exitCode = 0; process.exit();",
  "throw new Error('broken');",
  "throw null;",
  "setTimeout(() => { throw new Error('late'); }); for (const end = Date.now() + 300; Date.now() < end; );",
  "Promise.reject(new Error('unheard'));",
  "setInterval(() => {}, 1000);",
  "process.kill(process.pid, 'SIGKILL');",
  "process.kill(process.ppid, 'SIGKILL');",
  "Object.prototype.toJSON = () => 7;",
  "Float32Array.prototype.fill = Float32Array.prototype.set = () => {};",
  "process.emit('SIGTERM');",
  "throw new Proxy({}, { get() { throw 7; } });",
  "const all = []; for (;;) all.push(new Array(1e6).fill(7));",
] as const;

export const modelEnds: Fault = {
  name: "ends",
  about: "a model that ends, throws or hangs its process: a line says so, and the others' runs are all there",
  share: 1,
  async attempt(random) {
    const act = oneOf(ENDS, random);
    const inTraining = random() < 0.5;
    const text = inTraining
      ? linear("const START = 0;", `if (B === 64) { ${act} }`)
      : linear(`const START = 0; ${act}`);
    const out = join(temporaryFolder(), "out");
    const sweep = ["sweep", "smoke", "--models", "mmoe", "--runs", "2", "--corr", "0.5", "--steps", "20", "--out", out];
    const { code, signal, stderr } = await exited(start(...sweep, "--model", modelOf(text)));
    const what = `${inTraining ? "in training" : "as it loads"}: ${act}: exit ${code ?? signal}: ${stderr}`;
    if (code === 2 && /^mmoe: model mine: [^\n]+\n$/m.test(stderr))
      return inTraining ? `${what}: the others' runs are lost` : undefined;
    if (code !== 0 && code !== 3) return what;
    const done = readFileSync(join(out, "runs.csv"), "utf8").match(/^mmoe\/.*,done,/gm) ?? [];
    return done.length === 2 ? undefined : `${what}: ${done.length} runs of mmoe`;
  },
};

const STOPS = { SIGINT: 130, SIGTERM: 75, SIGHUP: 75 } as const;
const PROMPT_MS = 10_000; // two seconds are promised; the machine may be busy

export const modelHangs: Fault = {
  name: "hangs",
  about: "a signal while a model never returns, as it loads, is tried or trains: the exit code of the signal, promptly",
  share: 1,
  async attempt(random) {
    const name = oneOf(Object.keys(STOPS) as (keyof typeof STOPS)[], random);
    const hang = oneOf(["for (;;);", "await new Promise(() => setInterval(() => {}, 1e3));"], random);
    const text = oneOf(
      [
        linear(`const START = 0; ${hang}`),
        linear("const START = 0;", "for (;;);"),
        linear("const START = 0;", "if (B === 64) for (;;);"),
      ],
      random,
    );
    const out = join(temporaryFolder(), "out");
    const moment = wholeBetween(2500, 5000, random);
    const sweep = [
      "sweep",
      "smoke",
      "--models",
      "mmoe",
      "--runs",
      "1",
      "--steps",
      "20",
      "--out",
      out,
      "--model",
      modelOf(text),
    ];
    const { code, signal, stderr, endedMs } = await stoppedAfter(moment, name, sweep);
    const what = `${name} after ${moment} ms: ${text}: exit ${code ?? signal}: ${stderr}`;
    if (endedMs > PROMPT_MS) return `${what}, too late: ${Math.round(endedMs)} ms`;
    return code === STOPS[name] || signal === name ? undefined : what;
  },
};
