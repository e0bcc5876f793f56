import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { doneResult, fakeEngine } from "../support/fake-engine.ts";

const engine = vi.hoisted(() => ({ load: (..._: unknown[]) => ({}) as unknown }));
vi.mock("../../src/sweep/engines.ts", async (original) => ({
  ...(await original<object>()),
  loadEngine: async (...args: unknown[]) => engine.load(...args),
}));

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => ({ ...fakeEngine(), name: "cpu" });
});

const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--runs", "4", "--out", out, ...argv]);

/** Alike but for one held-out loss of `id`, by default in its last digit. */
function differingIn(id: string, { relatively = 1e-7, device = "wasm" } = {}): Engine {
  const train: Engine["train"] = async (runs, { onResult }) => {
    for (const run of runs) {
      const result = { ...doneResult(run), device };
      const [first = [], ...rest] = result.curve.heldout;
      const heldout = [[(first[0] as number) * (1 + relatively), first[1] as number], ...rest];
      onResult(run.id === id ? { ...result, curve: { ...result.curve, heldout } } : result);
    }
  };
  return { ...fakeEngine(), name: "cpu", train };
}

test("mmoe verify DIR trains three finished runs again and finds them the same", async () => {
  await sweep();
  const { code, stdout } = await runMain(["verify", out]);
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.endsWith("same"))).toHaveLength(3);
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
  expect((await runMain(["verify", out])).stderr).toMatch(
    /trained on the engine 'fake', which this mmoe does not have\n$/,
  );
  engine.load = () => fakeEngine({ failing: ["mmoe/p=0.50/000"] });
  await sweep("--runs", "1", "--models", "mmoe", "--corr", "0.5", "--overwrite");
  expect(await runMain(["verify", out])).toMatchObject({
    code: 2,
    stderr: `mmoe: ${out} holds no finished run; nothing to verify\n`,
  });
});

test.each([
  [0.005, 0],
  [0.02, 4],
])("mmoe verify DIR of losses that TensorFlow gives %d apart exits with %d", async (relatively, code) => {
  const device = "NVIDIA H100";
  engine.load = () => differingIn("none", { device });
  await sweep("--runs", "1");
  engine.load = () => differingIn("mmoe/p=1.00/000", { device, relatively });
  expect((await runMain(["verify", out, "--runs", "6"])).code).toBe(code);
});

test.each([
  ["tfjs", "wasm", { backend: "wasm" }],
  ["tfjs", "tensorflow cpu", { backend: "tensorflow" }],
  ["cuda", "tensorflow cpu", { allowCpu: true }],
  ["cuda", "NVIDIA H100 80GB HBM3", { allowCpu: false }],
])("mmoe verify DIR trains runs of %s on %s again there", async (name, device, expected) => {
  const asked: unknown[][] = [];
  engine.load = (...args) => {
    asked.push(args);
    return { ...fakeEngine(), name, train: differingIn("none", { device }).train };
  };
  await sweep("--runs", "1");
  await runMain(["verify", out]);
  expect(asked[1]).toMatchObject([name, expected]);
});
