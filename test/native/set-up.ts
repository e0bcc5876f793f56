import { rmSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/effects.ts";
import { mmoe } from "./mmoe.ts";

let made: string | undefined;

/** Makes a home of TensorFlow for the CPU, as a user would, unless there is one. */
export function setup(): void {
  if (process.env.MMOE_CUDA_HOME) return;
  made = join(temporaryFolder(), "cuda");
  process.env.MMOE_CUDA_HOME = made;
  const { status, stdout, stderr } = mmoe("cuda", "setup", "--cpu");
  process.stderr.write(stderr + stdout);
  if (status !== 0) throw new Error(`mmoe cuda setup --cpu exits with ${status}`);
}

export function teardown(): void {
  if (made !== undefined) rmSync(made, { recursive: true });
}
