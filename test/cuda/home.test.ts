import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cudaHome, distrustOf, homePaths } from "../../src/cuda/home.ts";
import { touch } from "../support/commands.ts";
import { temporaryFolder } from "../support/effects.ts";

test.each([
  [{ MMOE_CUDA_HOME: "/a/b", XDG_DATA_HOME: "/c", HOME: "/d" }, "/a/b"],
  [{ XDG_DATA_HOME: "/c", HOME: "/d" }, "/c/mmoe/cuda"],
  [{ XDG_DATA_HOME: "not/absolute", HOME: "/d" }, "/d/.local/share/mmoe/cuda"],
  [{ HOME: "/d" }, "/d/.local/share/mmoe/cuda"],
])("cudaHome(%j) is %s", (env, home) => {
  expect(cudaHome(env)).toBe(home);
});

let home = "";
beforeEach(() => {
  home = temporaryFolder();
  const { addon, quiet, tensorflow } = homePaths(home);
  for (const path of [addon, quiet]) touch(path);
  mkdirSync(tensorflow, { recursive: true });
});

describe("distrustOf(home)", () => {
  test("finds nothing where the owner alone may write, nor where nothing is", () => {
    expect([distrustOf(home), distrustOf(join(home, "nothing"))]).toEqual([undefined, undefined]);
  });

  test.each(["addon", "quiet", "libraries", "tensorflow", "binding"] as const)("finds a %s of the group's", (name) => {
    const path = homePaths(home)[name];
    chmodSync(path, 0o775);
    expect(distrustOf(home)).toEqual({ problem: `${path} can be written by others`, fix: `chmod -R go-w ${home}` });
  });

  test("finds what another user owns, unless that is root", () => {
    const { uid } = statSync(home);
    expect(distrustOf(home, [uid + 1, uid])).toBeUndefined();
    expect(distrustOf(home, [uid + 1])).toEqual({
      problem: `${home} is another user's (${uid})`,
      fix: `set MMOE_CUDA_HOME to a folder of yours, or chown -R "$USER" ${home} if you trust it`,
    });
  });

  test("looks at what links lead to", () => {
    const { libraries } = homePaths(home);
    const elsewhere = temporaryFolder();
    rmSync(libraries, { recursive: true });
    symlinkSync(elsewhere, libraries);
    expect(distrustOf(home)).toBeUndefined();
    chmodSync(elsewhere, 0o777);
    expect(distrustOf(home)?.problem).toBe(`${libraries} can be written by others`);
  });
});
