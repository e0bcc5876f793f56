import type { Matrix } from "../data/correlation-matrix.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import { dataIdentity, type RunNames } from "../data/streams.ts";
import type { TableSettings } from "../data/table.ts";
import { tableSetOf } from "../data/table-set.ts";
import { crossEntropy, logistic, probability, type TaskSettings } from "../data/task-kinds.ts";
import { type Rows, TaskSet } from "../data/task-set.ts";
import type { ModelSpec } from "../models/spec.ts";
import { alignmentQuantities } from "./alignment.ts";
import type { DiagnosticKind, Quantities } from "./kinds.ts";
import { type Network, network } from "./network.ts";
import { affinityQuantities, conflictQuantities, gateQuantities, sharedPart, unitQuantities } from "./quantities.ts";
import { type Gradient, Tape, type Units } from "./tape.ts";

/** The most held-out rows that quantities are taken over: the first ones. */
const MOST_ROWS = 64;

/** All held-out rows of a run on a table, and what their losses count, [N, K], unless they count alike. */
function tableRows(run: DiagnosedRun): Rows & { readonly weights: Float32Array | undefined } {
  const table = tableSetOf(run as DiagnosedRun & { readonly data: TableSettings });
  return { ...table.rows("heldout"), weights: table.weights("heldout") };
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

/** How the loss of a task is taken, and what it is multiplied by. */
interface MeasuredLoss extends Pick<TaskSettings, "kind"> {
  readonly unit: number;
}

/** Measures one run by its parameters, on its first held-out rows. */
export class Diagnosis {
  readonly #run: DiagnosedRun;
  readonly #losses: readonly MeasuredLoss[];
  /** Undefined for a table: only a generator's tasks are known. */
  readonly #tasks: TaskSet | undefined;
  readonly #N: number;
  /** [N, D]. */
  readonly #x: Float64Array;
  /** [N, K]. */
  readonly #y: Float32Array;
  readonly #weights: Float32Array | undefined;

  /** `losses` are those of the tasks [K]; squared errors by default. */
  constructor(run: DiagnosedRun, losses?: readonly MeasuredLoss[]) {
    this.#run = run;
    this.#losses = losses ?? new Array<MeasuredLoss>(run.model.tasks).fill({ kind: "regression", unit: 1 });
    this.#N = Math.min(MOST_ROWS, run.training.heldoutRows);
    if (run.correlationMatrix !== null) this.#tasks = new TaskSet(run.data, run.correlationMatrix, dataIdentity(run));
    const generated = this.#tasks?.rows("heldout", this.#N);
    const { x, y, weights } = generated ? { ...generated, weights: undefined } : tableRows(run);
    this.#weights = weights;
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

  /** Of the tasks whose label some row has; the others are in no pair. */
  #gradientQuantities(tape: Tape, { outputs }: Network): Quantities {
    const losses = this.#lossesOf(outputs);
    const gradients = outputs.map((output, k) => {
      return Number.isNaN(losses[k].mean) ? nowhere(tape) : tape.back(output, losses[k].slopes);
    });
    return {
      ...conflictQuantities(gradients),
      ...affinityQuantities(
        gradients,
        losses.map(({ mean }) => mean),
        (i) => this.#lossesAfter(tape.parameters, sharedPart(gradients, i)),
      ),
    };
  }

  /** The tasks' losses after a plain step of size lr against a gradient [P], [K]. */
  #lossesAfter(parameters: Float64Array, gradient: Float64Array): number[] {
    const { model, training } = this.#run;
    const moved = parameters.map((value, p) => value - training.lr * gradient[p]);
    const { outputs } = network(new Tape(moved, this.#N), model, this.#x);
    return this.#lossesOf(outputs).map(({ mean }) => mean);
  }

  #lossesOf(outputs: readonly Units[]): LossOfRows[] {
    const K = this.#run.model.tasks;
    return outputs.map((output, k) => {
      const [labels, weights] = [this.#y, this.#weights].map(
        (of) => of && Float32Array.from({ length: this.#N }, (_, n) => of[n * K + k]),
      ) as [Float32Array, Float32Array | undefined];
      return lossOfRows(this.#losses[k], output, { labels, weights }, this.#run.training.huberDelta);
    });
  }
}

/** A gradient that reaches no parameter. */
function nowhere({ parameters: { length } }: Tape): Gradient {
  return { values: new Float64Array(length), reached: new Uint8Array(length) };
}

/** The mean loss over the rows with a label, by their weights, NaN without one, and its derivatives with respect to the outputs, [N, C]. */
interface LossOfRows {
  readonly mean: number;
  readonly slopes: Float64Array;
}

function lossOfRows(
  { kind, unit }: MeasuredLoss,
  { values, width }: Units,
  { labels, weights }: { readonly labels: Float32Array; readonly weights: Float32Array | undefined },
  huberDelta: number | null,
): LossOfRows {
  const slopes = new Float64Array(values.length);
  let [sum, count] = [0, 0];
  for (const [n, label] of labels.entries()) {
    if (Number.isNaN(label)) continue;
    const [from, to] = [n * width, (n + 1) * width];
    const [own, weight] = [slopes.subarray(from, to), weights?.[n] ?? 1];
    sum += weight * ROW_LOSSES[kind](values.subarray(from, to), label, own, huberDelta);
    for (let c = 0; c < width; c++) own[c] *= weight;
    count += weight;
  }
  const factor = ((kind === "regression" && huberDelta === null ? 2 : 1) * unit) / count;
  return { mean: (unit * sum) / count, slopes: slopes.map((slope) => factor * slope) };
}

type RowLoss = (outputs: Float64Array, label: number, slopes: Float64Array, huberDelta: number | null) => number;

/** The loss of a row's outputs [C] for its label; puts its derivatives into `slopes` [C], of a squared error half of it. */
const ROW_LOSSES: Readonly<Record<TaskSettings["kind"], RowLoss>> = {
  regression: ([output], label, slopes, huberDelta) => {
    const error = output - label;
    const slope = clipped(error, huberDelta);
    slopes[0] = slope;
    return huberDelta === null ? error * error : slope * (error - slope / 2);
  },
  binary: ([logit], label, slopes) => {
    slopes[0] = probability(logit) - label;
    return logistic(logit, label);
  },
  categorical: (logits, label, slopes) => {
    for (let c = 0; c < logits.length; c++) slopes[c] = Math.exp(-crossEntropy(logits, c)) - Number(c === label);
    return crossEntropy(logits, label);
  },
};

function clipped(error: number, delta: number | null): number {
  return delta === null ? error : Math.min(Math.max(error, -delta), delta);
}
