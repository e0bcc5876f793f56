import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import util from "node:util";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { findBinding, isForCards, loadBinding, nativeSettings } from "../../src/cuda/binding.ts";
import { homePaths } from "../../src/cuda/home.ts";
import { touch } from "../support/commands.ts";
import { temporaryFolder } from "../support/effects.ts";

/** A package in `root`'s node_modules; built or not. */
function installIn(root: string, built: boolean): string {
  const { binding, addon } = homePaths(root);
  mkdirSync(binding, { recursive: true });
  writeFileSync(join(binding, "package.json"), '{ "main": "index.js" }');
  writeFileSync(join(binding, "index.js"), "exports.log = process.env.TF_CPP_MIN_LOG_LEVEL;");
  if (built) touch(addon);
  return binding;
}

describe("findBinding(env, mmoe)", () => {
  let [project, home] = ["", ""];
  beforeEach(() => {
    [project, home] = [temporaryFolder(), temporaryFolder()];
  });

  test.each([
    ["in mmoe's own node_modules", "node_modules/mmoe/node_modules/.."],
    ["beside mmoe", ""],
  ])("takes the package that is installed %s before the home's", (_, where) => {
    const folder = installIn(join(project, where), true);
    installIn(home, true);
    expect(findBinding({ MMOE_CUDA_HOME: home }, join(project, "node_modules/mmoe"))).toEqual({ folder });
  });

  test("takes none of the folders above mmoe, nor of the one that mmoe is started in", () => {
    const folder = installIn(home, true);
    installIn(project, true);
    vi.spyOn(process, "cwd").mockReturnValue(project);
    for (const mmoe of ["mmoe", "work/mmoe", "node_modules/.store/mmoe"])
      expect(findBinding({ MMOE_CUDA_HOME: home }, join(project, mmoe))).toEqual({ folder, home });
  });

  test("passes over an installed package that was not built, and a home that is half made", () => {
    installIn(project, false);
    installIn(home, false);
    const find = () => findBinding({ MMOE_CUDA_HOME: home }, join(project, "node_modules/mmoe"));
    expect(find()).toBeUndefined();
    expect([installIn(home, true), find()]).toEqual([find()?.folder, { folder: find()?.folder, home }]);
  });

  test("takes what MMOE_TFJS_NODE_GPU names before all others", () => {
    installIn(home, true);
    const folder = installIn(project, true);
    const own = temporaryFolder();
    installIn(own, true);
    const env = { MMOE_CUDA_HOME: home, MMOE_TFJS_NODE_GPU: folder };
    expect(findBinding(env, join(own, "node_modules/mmoe"))).toEqual({ folder });
  });

  test("refuses an MMOE_TFJS_NODE_GPU that names no built package", () => {
    const folder = installIn(project, false);
    installIn(home, true);
    expect(() => findBinding({ MMOE_CUDA_HOME: home, MMOE_TFJS_NODE_GPU: folder })).toThrow(
      `MMOE_TFJS_NODE_GPU: ${folder} is not a built @tensorflow/tfjs-node-gpu (it has no lib/napi-v8/tfjs_binding.node); ` +
        "build it, or unset this",
    );
  });
});

test("loadBinding(binding) sets TensorFlow's settings first, keeps the user's, and gives what Node 23 took away", () => {
  const folder = installIn(temporaryFolder(), true);
  process.env.TF_FORCE_GPU_ALLOW_GROWTH = "false";
  expect(loadBinding({ folder })).toEqual({ log: "3" });
  expect(process.env.TF_FORCE_GPU_ALLOW_GROWTH).toBe("false");
  expect([util.isArray([]), (util as { isNullOrUndefined?: (v: unknown) => boolean }).isNullOrUndefined?.(0)]).toEqual([
    true,
    false,
  ]);
});

test.each([
  ["", ""],
  ["-1", "-1"],
  ["2", "2"],
  ["3,1", "3"],
  ["GPU-12ab, GPU-34cd", "GPU-12ab"],
  [undefined, "0"],
])("loadBinding(binding) of the cards %j shows it %j alone", (list, first) => {
  const folder = installIn(temporaryFolder(), true);
  if (list === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
  else process.env.CUDA_VISIBLE_DEVICES = list;
  loadBinding({ folder });
  expect(process.env.CUDA_VISIBLE_DEVICES).toBe(first);
});

test("isForCards(binding) is false of a home without NVIDIA's libraries", () => {
  const [home, folder] = [temporaryFolder(), "/project/package"];
  expect([isForCards({ folder, home }), isForCards({ folder })]).toEqual([false, true]);
  mkdirSync(homePaths(home).nvidia, { recursive: true });
  expect(isForCards({ folder, home })).toBe(true);
});

test("nativeSettings(home) shows XLA the compiler among NVIDIA's libraries, where there is one", () => {
  const home = temporaryFolder();
  expect(nativeSettings(home)).not.toHaveProperty("XLA_FLAGS");
  const compiler = join(homePaths(home).nvidia, "cuda_nvcc");
  mkdirSync(compiler, { recursive: true });
  expect(nativeSettings(home).XLA_FLAGS).toBe(`--xla_gpu_cuda_data_dir=${compiler}`);
});
