import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { devicesOption } from "../../../src/cli/cluster/devices.ts";
import { complaint } from "../../support/complaint.ts";
import { temporaryFolder } from "../../support/effects.ts";

/** A PATH on which nvidia-smi does as `script` says. */
function pathWith(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "nvidia-smi"), 0o755);
  return folder;
}

const LISTS_3 = [0, 1, 2].map((i) => `echo 'GPU ${i}: NVIDIA H100 (UUID: GPU-${i}a)'`).join("\n");

test.each([
  ["0,2", {}, ["0", "2"]],
  ["1,0", { CUDA_VISIBLE_DEVICES: "4,GPU-ab,MIG-7" }, ["GPU-ab", "4"]],
  ["all", { CUDA_VISIBLE_DEVICES: "4,GPU-ab" }, ["4", "GPU-ab"]],
  ["all", { PATH: pathWith(LISTS_3) }, ["0", "1", "2"]],
])("devicesOption(%j, %j) is %j", (text, env, devices) => {
  expect(devicesOption(text, env)).toEqual(devices);
});

const NONE = "name them (--devices 0,1), or leave out --devices";
const WRONG = "--devices: expected all, or different numbers such as 0,1, got";
test.each([
  ["0,0", {}, `${WRONG} '0,0'`],
  ["0,", {}, `${WRONG} '0,'`],
  ["a", {}, `${WRONG} 'a'`],
  ["1,2", { CUDA_VISIBLE_DEVICES: "4,5" }, "there is no device 2 in CUDA_VISIBLE_DEVICES=4,5, which counts from 0"],
  ["0", { CUDA_VISIBLE_DEVICES: "" }, "there is no device 0 in CUDA_VISIBLE_DEVICES=, which counts from 0"],
  ["all", { CUDA_VISIBLE_DEVICES: "" }, `--devices all: no device found: CUDA_VISIBLE_DEVICES is empty; ${NONE}`],
  ["all", { PATH: pathWith("exit 9") }, `--devices all: no device found: nvidia-smi lists none; ${NONE}`],
  ["all", { PATH: "/nowhere" }, `--devices all: no device found: nvidia-smi lists none; ${NONE}`],
])("devicesOption(%j, %j) is refused", (text, env, line) => {
  expect(complaint(() => devicesOption(text, env))).toContain(line);
});
