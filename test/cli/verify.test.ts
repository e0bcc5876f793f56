import { EventEmitter } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Engine, RunResult } from "../../src/engines/engine.ts";
import { NotInstalled, UsageError } from "../../src/errors.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { doneResult, fakeEngine } from "../support/fake-engine.ts";

const engine = chosenEngine();

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => ({ ...fakeEngine(), name: "cpu" });
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--runs", "4", "--out", out, ...argv]);

/** Alike but for the run `id`. */
function changing(id: string, device: string, change: (result: RunResult) => RunResult): Engine {
  const train: Engine["train"] = async (runs, { onResult }) => {
    for (const run of runs) {
      const result = { ...doneResult(run), device };
      onResult(run.id === id ? change(result) : result);
    }
  };
  return { ...fakeEngine(), name: device === "wasm" ? "cpu" : "cuda", device, train };
}

/** Alike but for one held-out loss of `id`, by default the first and in its last digit. */
function differingIn(id: string, { relatively = 1e-7, device = "wasm", evaluation = 0 } = {}): Engine {
  return changing(id, device, ({ curve, ...result }) => {
    const heldout = curve.heldout.map(([a = 0, b = 0], i) => [i === evaluation ? a * (1 + relatively) : a, b]);
    return { ...result, curve: { ...curve, heldout } };
  });
}

test("mmoe verify DIR trains three finished runs again and finds them the same, and fits into 60 columns", async () => {
  engine.load = () => differingIn("none");
  await sweep();
  const at = async (columns: number) =>
    (await runMain(["verify", out], undefined, { NO_COLOR: "1" }, { isTTY: true, columns })).stdout
      .trimEnd()
      .split("\n");
  expect((await at(80)).filter((line) => line.endsWith("same"))).toHaveLength(3);
  const { stderr } = await runMain(["verify", out, "--runs", "24"]);
  expect(stderr).toMatch(
    /^training 24 runs again on cpu \(wasm\): ((mmoe|omoe|shared-bottom)\/p=\d\.\d\d\/00\d(, |\n)){24}$/,
  );
  const narrow = await at(60);
  expect(narrow.filter((line) => line.length > 60)).toEqual([]);
  expect(narrow.at(-1)).toMatch(/\bsame$/);
});

test("a dry run, a sweep and verify refuse the same run in the same words, before they write", async () => {
  await sweep();
  const recorded = readFileSync(join(out, "runs.csv"), "utf8");
  const none = join(temporaryFolder(), "none");
  let [trained, disposed] = [0, 0];
  const refusing: Partial<Engine> = {
    dispose: async () => void disposed++,
    check: ({ model }) => {
      if (model.name === "omoe") throw new UsageError("model omoe: not on this engine");
    },
    train: async () => void trained++,
  };
  const huge: Partial<Engine> = { ...refusing, check: () => {}, memoryBytes: () => 1e15 };
  for (const [changes, line] of [
    [refusing, /^mmoe: model omoe: not on this engine\n$/],
    [
      huge,
      /^mmoe: training needs about .* MB, this machine has .*; give fewer trainRows or heldoutRows, or a smaller batch\n$/,
    ],
  ] as const) {
    engine.load = () => ({ ...fakeEngine(), name: "cpu", ...changes });
    for (const argv of [
      ["sweep", "smoke", "--out", none, "--dry-run"],
      ["sweep", "smoke", "--out", none],
      ["verify", out, "--runs", "99"],
    ]) {
      const { code, stderr } = await runMain(argv);
      expect([code, stderr.replace(/^training 24 runs again .*\n/, "")]).toEqual([2, expect.stringMatching(line)]);
    }
  }
  expect([trained, disposed, existsSync(none)]).toEqual([0, 6, false]);
  expect(readFileSync(join(out, "runs.csv"), "utf8")).toBe(recorded);
});

test("mmoe verify DIR exits with 4 and names the run whose losses differ in a last digit", async () => {
  engine.load = () => differingIn("none");
  await sweep();
  engine.load = () => differingIn("omoe/p=1.00/002");
  const { code, stdout } = await runMain(["verify", out, "--runs", "24", "--json"]);
  const verified = JSON.parse(stdout) as { id: string; same: boolean }[];
  expect(code).toBe(4);
  expect(verified).toHaveLength(24);
  expect(verified.filter(({ same }) => !same).map(({ id }) => id)).toEqual(["omoe/p=1.00/002"]);
});

test("mmoe verify DIR refuses results without a finished run, and those of an engine that it does not have", async () => {
  engine.load = () => fakeEngine();
  await sweep("--runs", "1");
  expect(refusal(await runMain(["verify", out]))).toMatch(
    /this mmoe has no engine 'fake', which trained these runs; use a newer mmoe$/,
  );
  engine.load = () => fakeEngine({ failing: ["mmoe/p=0.50/000"] });
  await sweep("--runs", "1", "--models", "mmoe", "--corr", "0.5", "--overwrite");
  expect(refusal(await runMain(["verify", out]))).toBe(`${out} holds no finished run; nothing to verify`);
});

test("mmoe verify DIR exits with 4 where its config lacks a run that was chosen, and says which", async () => {
  engine.load = () => differingIn("none");
  await sweep("--models", "mmoe", "--corr", "0.5");
  const config = join(out, "config.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace(/^runs: 4$/m, "runs: 3"));
  const { code, stdout, stderr } = await runMain(["verify", out, "--runs", "4", "--quiet"]);
  expect([code, stdout.match(/ same$/gm)?.length]).toEqual([4, 3]);
  expect(stderr).toBe(
    `mmoe: 1 of 4 chosen runs was not trained again (mmoe/p=0.50/003): is ${config} still the config of the sweep?\n`,
  );
});

/** How a sweep on TensorFlow is verified that is evaluated every so many steps, and one of whose losses is another again. */
async function verifiedOnTensorflow(evalEvery: number, evaluation: number, relatively: number) {
  const device = "NVIDIA H100";
  engine.load = () => differingIn("none", { device });
  await sweep("--runs", "1", "--set", `evalEvery=${evalEvery}`);
  engine.load = () => differingIn("mmoe/p=1.00/000", { device, relatively, evaluation });
  return runMain(["verify", out, "--runs", "6"]);
}

test.each([
  [50, 0, 0.005, 0],
  [50, 0, 0.02, 4],
  [50, 0, -0.02, 4],
  [100, 0, 0.02, 4],
  [50, 2, 9, 0],
  [150, 0, 2, 0],
  [150, 0, 4, 4],
])(
  "mmoe verify DIR of losses on TensorFlow, every %d steps, of which number %d is %d off, exits with %d",
  async (evalEvery, evaluation, relatively, code) => {
    expect((await verifiedOnTensorflow(evalEvery, evaluation, relatively)).code).toBe(code);
  },
);

test.each([
  ["the correlations of labels", (result) => ({ ...result, labelCorrelations: [0.5] })],
  ["the end", (result) => ({ ...result, failure: "loss is NaN at step 200" })],
  [
    "the number of evaluations",
    ({ curve: { steps, train, heldout }, ...result }) => ({
      ...result,
      curve: { steps: steps.slice(0, 3), train: train.slice(0, 3), heldout: heldout.slice(0, 3) },
    }),
  ],
] as [string, (result: RunResult) => RunResult][])(
  "mmoe verify DIR of runs on TensorFlow finds %s to differ, whatever the losses are",
  async (_, change) => {
    engine.load = () => differingIn("none", { device: "NVIDIA H100" });
    await sweep("--runs", "1");
    engine.load = () => changing("mmoe/p=1.00/000", "NVIDIA H100", change);
    expect((await runMain(["verify", out, "--runs", "6"])).code).toBe(4);
  },
);

test.each([
  ["tfjs", "tensorflow cpu", [], 0],
  ["tfjs", "cpu", [], 0],
  ["cuda", "tensorflow cpu", [], 0],
  ["cuda", "NVIDIA H100", ["--allow-cpu"], 0],
  ["cuda", "NVIDIA H100", [], 2],
])(
  "where it is not installed, mmoe verify DIR of runs of %s on %s, with %j, exits with %d",
  async (name, device, argv, code) => {
    engine.load = () => ({ ...differingIn("none", { device }), name });
    await sweep("--runs", "1", "--set", "evalEvery=50");
    engine.load = (asked, options) => {
      if (asked === name) {
        const allowCpu = device === "tensorflow cpu" || argv.length > 0;
        expect(options).toMatchObject({ backend: device === "cpu" ? "cpu" : "tensorflow", allowCpu, env: {} });
        throw new NotInstalled("TensorFlow is not set up", "mmoe cuda setup");
      }
      return { ...differingIn("mmoe/p=1.00/000", { device: "avx2", relatively: 0.005 }), name: asked, device: "avx2" };
    };
    const { code: got, stdout, stderr } = await runMain(["verify", out, "--runs", "6", ...argv]);
    expect(got).toBe(code);
    if (code === 2) return expect(stderr).toBe("mmoe: TensorFlow is not set up: mmoe cuda setup\n");
    expect(stderr).toContain(`training 6 runs again on cpu (avx2; trained on ${device}): `);
    expect(stdout.match(/^mmoe\/p=1.00\/000 .* alike up to step 100$/gm)).toHaveLength(1);
  },
);

describe("mmoe verify DIR of runs that several kernel sets trained", () => {
  const on = (device: string, id = "none") => ({ ...differingIn(id, { device }), name: "cpu", device });
  beforeEach(async () => {
    engine.load = () => on("wasm");
    await sweep("--runs", "1");
    engine.load = () => on("avx2");
    await sweep("--runs", "2");
  });

  test("trains all of them at once, and says so in one line", async () => {
    engine.load = () => on("avx512");
    const { code, stdout, stderr } = await runMain(["verify", out, "--runs", "12"]);
    expect([code, stdout.match(/ same$/gm)?.length]).toEqual([0, 12]);
    expect(stderr).toMatch(/^training 12 runs again on cpu \(avx512; trained on (wasm, avx2|avx2, wasm)\): .*\n$/);
  });

  test("compares every number exactly", async () => {
    for (const id of ["mmoe/p=0.50/000", "mmoe/p=0.50/001"]) {
      engine.load = () => on("avx512", id);
      expect((await runMain(["verify", out, "--runs", "12"])).code).toBe(4);
    }
  });
});

test("mmoe verify DIR refuses --kernels for runs of another engine, and for trials", async () => {
  engine.load = () => differingIn("none", { device: "NVIDIA H100" });
  await sweep("--runs", "1");
  expect(refusal(await runMain(["verify", out, "--kernels", "wasm"]))).toBe(
    `--kernels wasm is for runs of the cpu engine, and ${out} has none; leave it out`,
  );
  expect(refusal(await runMain(["verify", "results/figure2", "--kernels", "avx2"]))).toBe(
    "--kernels avx2: results/figure2 holds no training; leave it out",
  );
});

test.each([
  ["SIGTERM", 75],
  ["SIGINT", 130],
])("mmoe verify DIR stops on %s with %d, and loads no other engine", async (name, code) => {
  engine.load = () => ({ ...differingIn("none"), name: "cpu" });
  await sweep("--runs", "2", "--models", "mmoe");
  engine.load = () => ({ ...differingIn("none", { device: "cpu" }), name: "tfjs" });
  await sweep("--runs", "4", "--models", "mmoe");
  const signals = new EventEmitter();
  let loaded = 0;
  engine.load = () => {
    loaded++;
    signals.emit(name);
    return differingIn("none");
  };
  const outcome = await runMain(["verify", out, "--runs", "24"], signals);
  expect([loaded, outcome]).toEqual([
    1,
    { code, stdout: "", stderr: expect.stringMatching(/; nothing is verified\n$/) },
  ]);
});
