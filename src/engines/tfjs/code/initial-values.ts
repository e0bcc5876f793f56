import type { CodeModel } from "../../../models/code.ts";
import { initialKernel } from "../../../models/initializers.ts";
import { normals } from "../../../random/normal.ts";
import { uniforms } from "../../../random/philox.ts";
import { modelError } from "../../children/model-error.ts";
import { modelKey, type Run } from "../../engine.ts";
import { type Declared, type Kind, type LoadedCode, sizeOf } from "./load-code.ts";
import type { Draw } from "./model-code.ts";
import { calling } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** What a run's initial values depend on. */
export interface CodeStart extends Pick<Run<CodeModel>, "seed" | "index" | "cross" | "model"> {
  readonly training: Pick<Run["training"], "initializer">;
}

/**
 * A run's initial parameters, or its state, one after the other as the code declares them. Throws UsageError for bad
 * values.
 */
export function initialCode(run: CodeStart, loaded: LoadedCode, kind: Kind = "parameters"): Float32Array {
  const values = new Float32Array(sizeOf(loaded[kind]));
  let at = 0;
  for (const declared of loaded[kind]) {
    values.set(initialOf(run, declared, kind), at);
    at += declared.size;
  }
  return values;
}

/** Of a run's initial values those that the code draws itself, for each of its functions. */
export function drawnCode(run: CodeStart, loaded: LoadedCode): ArrayLike<number>[] {
  const kinds: readonly Kind[] = ["parameters", "state"];
  return kinds.flatMap((kind) =>
    loaded[kind]
      .filter(({ initial }) => typeof initial === "function")
      .map((declared) => initialOf(run, declared, kind)),
  );
}

function initialOf(run: CodeStart, parameter: Declared, kind: Kind): ArrayLike<number> {
  const { name, shape, size, initial } = parameter;
  if (typeof initial === "number") return new Float32Array(size).fill(initial);
  if (initial === undefined) return shape.length < 2 ? new Float32Array(size) : kernels(run, parameter);
  const draw = () => Float32Array.from(initial(drawOf(run, parameter, kind)) ?? []);
  const values = calling(run.model, () => withoutChance(draw));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (values.length !== size || wrong >= 0) {
    const got = wrong >= 0 ? `${values[wrong]} among them` : String(values.length);
    throw modelError(run.model, `${kind}: ${name}: initial: expected ${size} finite numbers, got ${got}`);
  }
  return values;
}

/** By the sweep's initializer, each matrix [in, out] from a stream of its own. */
function kernels(run: CodeStart, { name, shape, size }: Declared): Float32Array {
  const [from, to] = shape.slice(-2) as [number, number];
  const values = new Float32Array(size);
  for (let at = 0, i = 0; at < size; at += from * to, i++) {
    const stream = shape.length === 2 ? name : `${name}#${i}`;
    values.set(initialKernel(run.training.initializer, from, to, modelKey(run, stream)), at);
  }
  return values;
}

function drawOf(run: CodeStart, { name, shape, size }: Declared, kind: Kind): Draw {
  let calls = 0;
  const stream = kind === "state" ? `${name}#state` : name; // a parameter may have the same name
  const next = () => modelKey(run, `${stream}#draw/${calls++}`);
  return { shape, size, normals: (count) => normals(next(), count), uniforms: (count) => uniforms(next(), count) };
}
