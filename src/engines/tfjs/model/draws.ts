// What a model in JavaScript draws in a training step: its random tensors, in the order of its calls.
import type { Key } from "../../../random/key.ts";
import { normalsInto, uniform23 } from "../../../random/normal.ts";
import { wordsInto } from "../../../random/philox.ts";
import { modelKey } from "../../engine.ts";

/** One random tensor of a step. */
export interface StepDraw {
  readonly kind: "normals" | "uniforms";
  readonly shape: readonly number[];
}

/** The name under which draw number `i` of a step is fed. */
export function drawName(i: number): string {
  return `random/${i}`;
}

/** What the streams of a run's draws are named by. */
type DrawRun = Parameters<typeof modelKey>[0];

/** The numbers that one run draws: draw number i of a step has a stream of the run, the model and i. */
export class DrawSource {
  readonly #run: DrawRun;
  readonly #keys: Key[] = [];

  constructor(run: DrawRun) {
    this.#run = run;
  }

  /** StepDraw number `i` at `step`, of this kind, into `out`. Uniforms are from the open interval (0, 1). */
  fill(out: Float32Array, kind: StepDraw["kind"], i: number, step: number): void {
    this.#keys[i] ??= modelKey(this.#run, `#random/${i}`); // no parameter's name has a '#'
    const key = this.#keys[i];
    if (kind === "normals") normalsInto(out, key, 0, step);
    else uniformsInto(out, key, step);
  }
}

function uniformsInto(out: Float32Array, key: Key, step: number): void {
  const words = new Uint32Array(out.length);
  wordsInto(words, key, 0, step);
  for (const [at, word] of words.entries()) out[at] = uniform23(word); // 32 bits would round to 1 now and then
}
