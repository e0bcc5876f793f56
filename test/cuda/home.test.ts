import { expect, test } from "vitest";
import { cudaHome } from "../../src/cuda/home.ts";

test.each([
  [{ MMOE_CUDA_HOME: "/a/b", XDG_DATA_HOME: "/c", HOME: "/d" }, "/a/b"],
  [{ XDG_DATA_HOME: "/c", HOME: "/d" }, "/c/mmoe/cuda"],
  [{ XDG_DATA_HOME: "not/absolute", HOME: "/d" }, "/d/.local/share/mmoe/cuda"],
  [{ HOME: "/d" }, "/d/.local/share/mmoe/cuda"],
])("cudaHome(%j) is %s", (env, home) => {
  expect(cudaHome(env)).toBe(home);
});
