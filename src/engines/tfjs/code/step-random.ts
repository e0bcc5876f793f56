import type { Tensor } from "@tensorflow/tfjs-core";
import type { DrawSource, StepDraw } from "../model/draws.ts";
import type { Tf } from "../tf.ts";
import type { StepRandom } from "./model-code.ts";

/** Draw number `i` of a step as a tensor of its shape. */
export type Drawing = (draw: StepDraw, i: number) => Tensor;

/** What a run draws at one step. */
export function drawingAt(tf: Tf, source: DrawSource, step: number): Drawing {
  return ({ kind, shape }, i) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    source.fill(values, kind, i, step);
    return tf.tensor(values, [...shape]);
  };
}

/** Random numbers as a pass of a model gets them; without a `drawing`, which an evaluation has not, they throw. */
export function stepRandom(drawing: Drawing | undefined): StepRandom {
  let calls = 0;
  const next = (kind: StepDraw["kind"]) => (shape: StepDraw["shape"]) => {
    if (drawing === undefined)
      throw new Error(`random.${kind}: only training steps draw; use it where \`training\` is true`);
    if (!isShape(shape)) throw new Error(`random.${kind}: expected a shape of whole numbers from 1, got ${shape}`);
    return drawing({ kind, shape: [...shape] }, calls++);
  };
  return { normals: next("normals"), uniforms: next("uniforms") };
}

function isShape(shape: unknown): boolean {
  return Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size > 0);
}
