import type { Matrix } from "../data/correlation-matrix.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { dataIdentity, type RunNames } from "../data/streams.ts";
import type { TableSettings } from "../data/table.ts";
import { tableSetOf } from "../data/table-set.ts";
import { type Rows, TaskSet } from "../data/task-set.ts";
import type { ModelSpec } from "../models/spec.ts";
import { alignmentQuantities } from "./alignment.ts";
import type { DiagnosticKind, Quantities } from "./kinds.ts";
import { type Network, network } from "./network.ts";
import { affinityQuantities, conflictQuantities, gateQuantities, sharedPart, unitQuantities } from "./quantities.ts";
import { Tape, type Units } from "./tape.ts";

/** The most held-out rows that quantities are taken over: the first ones. */
const MOST_ROWS = 64;

/** All held-out rows of a run on a table. */
function tableRows(run: DiagnosedRun): Rows {
  return tableSetOf(run as DiagnosedRun & { readonly data: TableSettings }).rows("heldout");
}

/** What is diagnosed of a run, and what a run is for that. */
type DiagnosedRun = RunNames & {
  readonly model: ModelSpec;
  readonly training: {
    readonly lr: number;
    readonly huberDelta: number | null;
    readonly trainRows: number | "fresh";
    readonly heldoutRows: number;
  };
  readonly diagnostics?: readonly DiagnosticKind[];
} & (
    | { readonly data: GeneratorSettings; readonly correlationMatrix: Matrix }
    | { readonly data: TableSettings; readonly correlationMatrix: null }
  );

/** Measures one run by its parameters, on its first held-out rows. */
export class Diagnosis {
  readonly #run: DiagnosedRun;
  /** Undefined for a table: only a generator's tasks are known. */
  readonly #tasks: TaskSet | undefined;
  readonly #N: number;
  /** [N, D]. */
  readonly #x: Float64Array;
  /** [N, K]. */
  readonly #y: Float32Array;

  constructor(run: DiagnosedRun) {
    this.#run = run;
    this.#N = Math.min(MOST_ROWS, run.training.heldoutRows);
    if (run.correlationMatrix !== null) this.#tasks = new TaskSet(run.data, run.correlationMatrix, dataIdentity(run));
    const { x, y } = this.#tasks?.rows("heldout", this.#N) ?? tableRows(run);
    this.#x = Float64Array.from(x.subarray(0, this.#N * run.model.inputs));
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
      alignment: () => (this.#tasks ? alignmentQuantities(tape, model, net, this.#tasks) : {}),
    };
    return Object.assign({}, ...diagnostics.map((kind) => measures[kind]()));
  }

  #gradientQuantities(tape: Tape, { outputs }: Network): Quantities {
    const { huberDelta } = this.#run.training;
    const gradients = outputs.map((output, k) => tape.back(output, lossSlopes(this.#errors(output, k), huberDelta)));
    return {
      ...conflictQuantities(gradients),
      ...affinityQuantities(gradients, this.#losses(outputs), (i) =>
        this.#lossesAfter(tape.parameters, sharedPart(gradients, i)),
      ),
    };
  }

  /** The tasks' losses after a plain step of size lr against a gradient [P], [K]. */
  #lossesAfter(parameters: Float64Array, gradient: Float64Array): number[] {
    const { model, training } = this.#run;
    const moved = parameters.map((value, p) => value - training.lr * gradient[p]);
    return this.#losses(network(new Tape(moved, this.#N), model, this.#x).outputs);
  }

  #losses(outputs: readonly Units[]): number[] {
    return outputs.map((output, k) => meanLoss(this.#errors(output, k), this.#run.training.huberDelta));
  }

  #errors({ values }: Units, k: number): Float64Array {
    const K = this.#run.model.tasks;
    return values.map((value, n) => value - this.#y[n * K + k]);
  }
}

// Errors of predictions, and what they lose.

/** The mean loss of errors [N]: of e its square, or Huber's up to and beyond `huberDelta`. */
function meanLoss(errors: Float64Array, huberDelta: number | null): number {
  let sum = 0;
  for (const error of errors) {
    const slope = clipped(error, huberDelta);
    sum += huberDelta === null ? error * error : slope * (error - slope / 2);
  }
  return sum / errors.length;
}

/** The derivatives of the mean loss with respect to the predictions, [N]. */
function lossSlopes(errors: Float64Array, huberDelta: number | null): Float64Array {
  const factor = (huberDelta === null ? 2 : 1) / errors.length;
  return errors.map((error) => factor * clipped(error, huberDelta));
}

function clipped(error: number, delta: number | null): number {
  return delta === null ? error : Math.min(Math.max(error, -delta), delta);
}
