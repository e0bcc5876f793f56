import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import type { Tf } from "../tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { calling, modelError } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** What a model in JavaScript makes of rows. */
export interface Predicted {
  /** [B, K]. */
  readonly outputs: Tensor;
  /** []; undefined if there is none. */
  readonly penalty: Tensor | undefined;
}

/** x [B, D], and its parameters in the order that they are declared → predictions. Throws UsageError for wrong shapes. */
export function predictCode(
  tf: Tf,
  { model, code, parameters }: LoadedCode,
  x: Tensor,
  values: readonly Tensor[],
): Predicted {
  const byName = Object.fromEntries(parameters.map(({ name }, i) => [name, values[i] as Tensor]));
  const given: unknown = calling(model, () => withoutChance(() => code.forward(tf, x, byName)));
  const { outputs, penalty } = partsOf(given);
  expectTensor(model, "forward", outputs, [x.shape[0] as number, model.tasks]);
  if (penalty !== undefined) expectTensor(model, "forward: penalty", penalty, []);
  return { outputs: outputs as Tensor, penalty: penalty as Tensor | undefined };
}

function partsOf(given: unknown): { outputs: unknown; penalty: unknown } {
  const parts = given as { outputs?: unknown; penalty?: unknown } | undefined | null;
  const isPrediction = typeof given === "object" && given !== null && "outputs" in given;
  return { outputs: isPrediction ? parts?.outputs : given, penalty: isPrediction ? parts?.penalty : undefined };
}

function expectTensor(model: CodeModel, what: string, value: unknown, shape: readonly number[]): void {
  const got = value instanceof Promise ? "a promise" : value === undefined ? "nothing" : typeof value;
  const given = (value as Tensor | null | undefined)?.shape;
  if (Array.isArray(given) && given.length === shape.length && shape.every((size, axis) => size === given[axis]))
    return;
  const text = Array.isArray(given) ? `[${given.join(", ")}]` : got;
  throw modelError(model, `${what}: expected a tensor [${shape.join(", ")}], got ${text}`);
}
