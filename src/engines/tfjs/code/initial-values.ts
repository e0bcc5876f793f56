import type { CodeModel } from "../../../models/code.ts";
import { initialKernel } from "../../../models/initializers.ts";
import { normals } from "../../../random/normal.ts";
import { uniforms } from "../../../random/philox.ts";
import { modelKey, type Run } from "../../engine.ts";
import type { Declared, LoadedCode } from "./load-code.ts";
import type { Draw } from "./model-code.ts";
import { calling, modelError } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** What a run's initial values depend on. */
export interface CodeStart extends Pick<Run<CodeModel>, "seed" | "index" | "cross" | "model"> {
  readonly training: Pick<Run["training"], "initializer">;
}

/** A run's initial parameters, one after the other as the code declares them, [size]. Throws UsageError for bad values. */
export function initialCode(run: CodeStart, { parameters, size }: LoadedCode): Float32Array {
  const values = new Float32Array(size);
  let at = 0;
  for (const parameter of parameters) {
    values.set(initialOf(run, parameter), at);
    at += parameter.size;
  }
  return values;
}

function initialOf(run: CodeStart, parameter: Declared): ArrayLike<number> {
  const { name, shape, size, initial } = parameter;
  if (typeof initial === "number") return new Float32Array(size).fill(initial);
  if (initial === undefined) return shape.length < 2 ? new Float32Array(size) : kernels(run, parameter);
  const drawn = calling(run.model, () => withoutChance(() => initial(drawOf(run, parameter))));
  const values = Float32Array.from(drawn ?? []);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (values.length !== size || wrong >= 0) {
    const got = wrong >= 0 ? `${values[wrong]} among them` : String(values.length);
    throw modelError(run.model, `parameters: ${name}: initial: expected ${size} finite numbers, got ${got}`);
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

function drawOf(run: CodeStart, { name, shape, size }: Declared): Draw {
  let calls = 0;
  const next = () => modelKey(run, `${name}#draw/${calls++}`);
  return { shape, size, normals: (count) => normals(next(), count), uniforms: (count) => uniforms(next(), count) };
}
