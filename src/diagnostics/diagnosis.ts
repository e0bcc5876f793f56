import type { Matrix } from "../data/correlation-matrix.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { dataIdentity, type RunNames } from "../data/streams.ts";
import { TaskSet } from "../data/task-set.ts";
import type { ModelSpec } from "../models/spec.ts";
import { alignmentQuantities } from "./alignment.ts";
import { lossSlopes, meanLoss } from "./errors.ts";
import { gateQuantities } from "./gates.ts";
import { affinityQuantities, conflictQuantities } from "./gradients.ts";
import type { DiagnosticKind } from "./kinds.ts";
import { type Network, network } from "./network.ts";
import type { Quantities } from "./quantities.ts";
import { type Gradient, Tape, type Units } from "./tape.ts";
import { unitQuantities } from "./unit-activity.ts";

/** The most held-out rows that quantities are taken over: the first ones. */
const MOST_ROWS = 64;

/** What is diagnosed of a run, and what a run is for that. */
export interface DiagnosedRun extends RunNames {
  readonly model: ModelSpec;
  readonly data: GeneratorSettings;
  readonly correlationMatrix: Matrix;
  readonly training: { readonly lr: number; readonly huberDelta: number | null; readonly heldoutRows: number };
  readonly diagnostics?: readonly DiagnosticKind[];
}

/** Measures one run by its parameters, on its first held-out rows. */
export class Diagnosis {
  readonly #run: DiagnosedRun;
  readonly #tasks: TaskSet;
  readonly #N: number;
  /** [N, D]. */
  readonly #x: Float64Array;
  /** [N, K]. */
  readonly #y: Float32Array;

  constructor(run: DiagnosedRun) {
    const { data, correlationMatrix, training } = run;
    this.#run = run;
    this.#tasks = new TaskSet(data, correlationMatrix, dataIdentity(run));
    this.#N = Math.min(MOST_ROWS, training.heldoutRows);
    const { x, y } = this.#tasks.rows("heldout", this.#N);
    this.#x = Float64Array.from(x);
    this.#y = y;
  }

  /** The quantities that the run asks for, of parameters in canonical order. */
  at(parameters: ArrayLike<number>): Quantities {
    const { model, diagnostics = [] } = this.#run;
    const tape = new Tape(parameters, this.#N);
    const net = network(tape, model, this.#x);
    const measures: Readonly<Record<DiagnosticKind, () => Quantities>> = {
      gates: () => gateQuantities(model, net),
      units: () => unitQuantities(tape, net),
      gradients: () => this.#gradientQuantities(tape, net),
      alignment: () => alignmentQuantities(tape, model, net, this.#tasks),
    };
    return Object.assign({}, ...diagnostics.map((kind) => measures[kind]()));
  }

  #gradientQuantities(tape: Tape, { outputs }: Network): Quantities {
    const { huberDelta } = this.#run.training;
    const gradients = outputs.map((output, k) => tape.back(output, lossSlopes(this.#errors(output, k), huberDelta)));
    return {
      ...conflictQuantities(gradients),
      ...affinityQuantities(gradients, this.#losses(outputs), (i) =>
        this.#lossesAfter(tape.parameters, gradients[i] as Gradient),
      ),
    };
  }

  /** The tasks' losses after a plain gradient step of size lr, [K]. */
  #lossesAfter(parameters: Float64Array, { values }: Gradient): number[] {
    const { model, training } = this.#run;
    const moved = parameters.map((value, i) => value - training.lr * (values[i] as number));
    return this.#losses(network(new Tape(moved, this.#N), model, this.#x).outputs);
  }

  #losses(outputs: readonly Units[]): number[] {
    return outputs.map((output, k) => meanLoss(this.#errors(output, k), this.#run.training.huberDelta));
  }

  #errors({ values }: Units, k: number): Float64Array {
    const K = this.#run.model.tasks;
    return values.map((value, n) => value - (this.#y[n * K + k] as number));
  }
}
