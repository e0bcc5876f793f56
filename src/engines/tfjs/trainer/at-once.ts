import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { type Loop, mapped, type Program, type ProgramSpec, type Tensors, updatedBy } from "./program.ts";

interface Table {
  readonly rows: Float32Array;
  readonly width: number;
}

/** A program whose operations are executed at once, one by one, on any backend. Tables stay on the host. */
export class AtOnceProgram implements Program {
  readonly takesAnySize = true;
  readonly #tf: Tf;
  readonly #loops: Readonly<Record<string, Loop>>;
  #variables: Tensors = {};
  readonly #tables = new Map<string, Table>();

  constructor(tf: Tf, { loops }: Pick<ProgramSpec, "loops">) {
    this.#tf = tf;
    this.#loops = loops;
  }

  assign(values: Tensors): void {
    const kept = mapped(values, (value) => this.#tf.keep(this.#tf.clone(value)));
    this.#tf.dispose(Object.keys(values).flatMap((name) => this.#variables[name] ?? []));
    this.#variables = { ...this.#variables, ...kept };
  }

  assignTable(name: string, rows: Float32Array, width: number): void {
    this.#tables.set(name, { rows, width });
  }

  read(...variables: string[]): Tensor[] {
    return variables.map((name) => this.#tf.clone(this.#variables[name]));
  }

  run(loop: string, steps: number, fed: Tensors): Tensors {
    const tf = this.#tf;
    return tf.tidy(() => {
      const ofSteps = mapped(fed, (values) => tf.unstack(values));
      const outputs = Array.from({ length: steps }, (_, i) => {
        const ofStep = mapped(ofSteps, (values) => values[i]);
        return this.#take(this.#loops[loop], ofStep);
      });
      return mapped(outputs[0], (_, name) => tf.stack(outputs.map((ofStep) => ofStep[name])));
    });
  }

  /** Takes a step; gives its outputs. */
  #take({ step, tables = [] }: Loop, fed: Tensors): Tensors {
    return this.#tf.tidy(() => {
      const rows = tables.map((name) => [name, this.#rowsOf(name, fed.numbers)]);
      const { next = {}, updates = [], outputs } = step({ ...this.#variables, ...fed, ...Object.fromEntries(rows) });
      this.assign({ ...next, ...updatedBy(this.#tf, updates, this.#variables) });
      return outputs;
    });
  }

  /** Rows of a table. They are copied on the host, as wasm's own kernel computes the place of each number. */
  #rowsOf(table: string, numbers: Tensor): Tensor {
    const { rows, width } = this.#tables.get(table) as Table;
    const gathered = new Float32Array(numbers.size * width);
    for (const [i, row] of numbers.dataSync().entries())
      gathered.set(rows.subarray(row * width, (row + 1) * width), i * width);
    return this.#tf.tensor(gathered, [...numbers.shape, width]);
  }

  clear(): void {
    this.#tf.dispose(this.#variables);
    this.#variables = {};
    this.#tables.clear();
  }

  dispose(): void {
    this.clear();
  }
}
