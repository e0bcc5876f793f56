import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { firstOutput } from "../../../models/spec.ts";
import { modelError } from "../../children/model-error.ts";
import type { Tf } from "../tf.ts";
import { lentTf } from "./lent-tf.ts";
import type { Declared, LoadedCode } from "./load-code.ts";
import type { ForwardPass, Prediction, Shape } from "./model-code.ts";
import { type Drawing, stepRandom } from "./step-random.ts";
import { calling } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** Tensors of a run's parameters and of its state, in the order in which they are declared. */
export interface CodeValues {
  readonly parameters: readonly Tensor[];
  readonly state: readonly Tensor[];
}

/** What a model in JavaScript makes of rows. */
export interface Predicted {
  /** [B, O]. */
  readonly outputs: Tensor;
  /** []; undefined if there is none. */
  readonly penalty: Tensor | undefined;
  /** After a training step; else as it was. */
  readonly state: readonly Tensor[];
  /** What `forward` was given. */
  readonly pass: ForwardPass;
}

/**
 * x [B, D] → predictions: of a training step, which draws by `drawing`, or without it of an evaluation. Throws UsageError
 * for tensors of wrong shapes.
 */
export function predictCode(
  tf: Tf,
  loaded: LoadedCode,
  x: Tensor,
  { parameters, state }: CodeValues,
  drawing?: Drawing,
): Predicted {
  const { model, code } = loaded;
  const training = drawing !== undefined;
  const pass = { state: byName(loaded.state, state), training, random: stepRandom(drawing) };
  return calling(model, () => {
    const call = () => code.forward(lentTf(tf), x, byName(loaded.parameters, parameters), pass);
    const given = partsOf(withoutChance(call));
    const outputs = floats(model, "forward", given.outputs, [x.shape[0] as number, firstOutput(model, model.tasks)]);
    const penalty = given.penalty === undefined ? undefined : floats(model, "forward: penalty", given.penalty, []);
    return { outputs, penalty, state: training ? stateIn(loaded, given.state) : state, pass };
  });
}

/** Tensors by the names that are declared. */
export function byName(declared: readonly Declared[], tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(declared.map(({ name }, i) => [name, tensors[i] as Tensor]));
}

function partsOf(given: unknown): { [part in keyof Prediction]?: unknown } {
  const isPrediction = typeof given === "object" && given !== null && "outputs" in given;
  return isPrediction ? given : { outputs: given };
}

/** All of the state that the code declares, and no more. */
function stateIn({ model, state }: LoadedCode, given: unknown): Tensor[] {
  const tensors = (given ?? {}) as Record<string, unknown>;
  const names = state.map(({ name }) => name);
  const more = Object.keys(tensors).find((name) => !names.includes(name));
  if (more !== undefined) throw modelError(model, `forward: state: '${more}' is not declared; state() has all names`);
  return state.map(({ name, shape }) => floats(model, `forward: state: ${name}`, tensors[name], shape));
}

/** `value`, if it is a tensor of floats of one of these shapes. Throws UsageError for anything else. */
export function floats(model: CodeModel, what: string, value: unknown, ...shapes: readonly Shape[]): Tensor {
  const { shape: given, dtype } = (value ?? {}) as Partial<Tensor>;
  const fits = shapes.some((shape) => given?.length === shape.length && shape.every((size, a) => size === given[a]));
  if (fits && dtype === "float32") return value as Tensor;
  const expected = shapes.map((shape) => `[${shape.join(", ")}]`).join(" or ");
  throw modelError(model, `${what}: expected a tensor ${expected}, got ${givenText(value)}`);
}

/** What a model's code gave: the shape of a tensor, and its type unless it is of floats. */
export function givenText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Promise) return "a promise";
  const { shape, dtype } = (value ?? {}) as Partial<Tensor>;
  if (!Array.isArray(shape)) return typeof value;
  return `[${shape.join(", ")}]${dtype === "float32" ? "" : ` of ${dtype}`}`;
}
