import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { compile } from "../../scripts/native.js";
import { temporaryFolder } from "../support/effects.ts";
import { bitsProgram } from "./bits-program.ts";

/**
 * Overflow of signed numbers is defined for the kernels that people get, but means a mistake here. Every read, write and
 * operation of the source is checked: no optimisation removes one, and compiling takes half the time.
 */
const FLAGS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-wrapv", "-O0"];
const PLACE = "native/build/kernels.node";

let folder = "";
beforeAll(async () => {
  const binary = join(temporaryFolder(), "kernels.node");
  await compile(["cc"], process.arch, binary, { flags: FLAGS });
  folder = bitsProgram("sanitized", PLACE, binary);
});

/** Runs a program of test/kernels in a Node that has the sanitizers' libraries. */
function run(program: string, ...argv: string[]) {
  const library = (name: string) => execFileSync("cc", [`-print-file-name=${name}`], { encoding: "utf8" }).trim();
  const env = {
    ...process.env,
    LD_PRELOAD: ["libasan.so", "libubsan.so"].map(library).join(":"),
    ASAN_OPTIONS: "detect_leaks=0", // Node's own
  };
  return spawnSync(process.execPath, [join(folder, "test/kernels", program), ...argv, join(folder, PLACE)], {
    env,
    encoding: "utf8",
  });
}

test("AddressSanitizer and UBSan find no fault in any kernel, between a plan's buffers either", () => {
  const { status, stdout, stderr } = run("bits.js", "2", "40");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    process.arch === "x64"
      ? /^linux x64: .*avx2\nportable: \w+\nfused: \w+\n$/
      : /^linux arm64: neon\nportable: \w+\nfused: \w+\n$/,
  );
});

test.each([
  ["read", /AddressSanitizer: use-after-poison .*\n.*READ of size 64/],
  ["overflow", /data\.h:\d+:\d+: runtime error: signed integer overflow: 1073741824 \* 16 /],
])("they stop kernels at a fault: %s", (fault, message) => {
  const { status, stdout, stderr } = run("faults.js", fault);
  expect([status, stdout]).toEqual([1, "in order\n"]);
  expect(stderr).toMatch(message);
});
