// What a run has learned, measured from its parameters: predictions, gates and units, in float64.
import { pairsOf } from "../src/data/correlation-matrix.ts";
import { fastestSines } from "../src/data/moments.ts";
import { dataIdentity } from "../src/data/streams.ts";
import { dot, TaskSet } from "../src/data/task-set.ts";
import { Diagnosis } from "../src/diagnostics/diagnosis.ts";
import { type GateWeights, network } from "../src/diagnostics/network.ts";
import { unitShares } from "../src/diagnostics/quantities.ts";
import { Tape } from "../src/diagnostics/tape.ts";
import type { GeneratedRun } from "../src/engines/engine.ts";
import { expertCount } from "../src/models/spec.ts";

/** Standard deviations from the middle to which curves are drawn: 1 row of 370 lies beyond. */
export const REACH = 3;
/** Points of a curve. */
export const POINTS = 97;
/** Held-out rows that are shown: the first ones. */
const CLOUD = 200;

/** Where the points of a curve are, in standard deviations of the projection. */
export function placeAt(i: number): number {
  return REACH * ((2 * i) / (POINTS - 1) - 1);
}

/** A run at one step. Curves run along each task's direction u_k: at x = z u_k, with 0 in every other direction. */
export interface Reading {
  /** Predictions for each task along its own direction, [K][POINTS]. */
  readonly curves: readonly Float32Array[];
  /** Predictions for the first held-out rows, [K][CLOUD]. */
  readonly cloud: readonly Float32Array[];
  /** How much of each sine a task has learned, 0 to 1 or so, the slowest first, [K][m]. */
  readonly sines: readonly (readonly number[])[];
  /** The weights of the experts in each task's gate along its own direction, [K][POINTS * E]; none in a model without gates. */
  readonly gates: readonly Float32Array[];
  /** How often each unit is on, [layers][units]: of experts, then of towers. */
  readonly experts: readonly Float32Array[];
  readonly towers: readonly Float32Array[];
  /** By the names of docs/diagnostics.md. */
  readonly quantities: Readonly<Record<string, number>>;
}

/** Measures one run again and again. */
export class Probe {
  readonly tasks: TaskSet;
  /** Where the rows of the cloud lie along each task's direction, in standard deviations, [K][CLOUD]. */
  readonly places: readonly Float32Array[];
  readonly #run: GeneratedRun;
  /** The points of all curves, task after task, then the rows of the cloud: [N, D]. */
  readonly #x: Float64Array;
  readonly #diagnosis: Diagnosis;

  constructor(run: GeneratedRun) {
    this.#run = run;
    this.#diagnosis = new Diagnosis({ ...run, diagnostics: ["gates", "units", "gradients", "alignment"] });
    this.tasks = new TaskSet(run.data, run.correlationMatrix, dataIdentity(run));
    const { inputs: D, scale } = run.data;
    const rows = this.tasks.inputs("heldout", CLOUD);
    const { vectors } = this.tasks;
    this.places = vectors.map((vector) =>
      Float32Array.from({ length: CLOUD }, (_, n) => dot(vector, rows.subarray(n * D, (n + 1) * D)) / scale),
    );
    this.#x = new Float64Array((vectors.length * POINTS + CLOUD) * D);
    for (const [k, vector] of vectors.entries())
      for (let i = 0; i < POINTS; i++)
        this.#x.set(
          vector.map((w) => (placeAt(i) * w) / scale),
          (k * POINTS + i) * D,
        );
    this.#x.set(rows, vectors.length * POINTS * D);
  }

  /** Of parameters in canonical order. */
  at(parameters: ArrayLike<number>): Reading {
    const { model } = this.#run;
    const K = model.tasks;
    const tape = new Tape(parameters, K * POINTS + CLOUD);
    const net = network(tape, model, this.#x);
    const shown = <T>(of: (k: number) => T) => Array.from({ length: K }, (_, k) => of(k));
    const part = (values: Float64Array, from: number, rows: number, width = 1) =>
      Float32Array.from(values.subarray(from * width, (from + rows) * width));
    const outputs = net.outputs.map(({ values }) => values);
    const cloud = outputs.map((values) => part(values, K * POINTS, CLOUD));
    const units = unitShares(tape, this.#cloudOnly(net));
    return {
      curves: shown((k) => part(outputs[k], k * POINTS, POINTS)),
      cloud,
      sines: shown((k) => this.#sinesIn(cloud[k] as Float32Array, k)),
      gates: net.gates.map((gate, k) => allWeights(gate, k * POINTS, expertCount(model))),
      experts: units.experts.map((shares) => Float32Array.from(shares)),
      towers: units.towers.map((shares) => Float32Array.from(shares)),
      quantities: this.#diagnosis.at(parameters),
    };
  }

  /** The layers on the rows of the cloud alone: points of curves are no rows. */
  #cloudOnly({ first, deeperUnits, towerUnits }: ReturnType<typeof network>) {
    const own = (units: (typeof towerUnits)[number]) => ({
      ...units,
      values: units.values.subarray(-CLOUD * units.width),
    });
    return { first, deeperUnits: deeperUnits.map(own), towerUnits: towerUnits.map(own) };
  }

  /**
   * The coefficients of the sines in the least-squares fit of predictions by a constant, the line and the sines of the
   * task's own projection, as shares of those in the label.
   */
  #sinesIn(predicted: Float32Array, k: number): number[] {
    const { scale, alpha, beta } = this.#run.data;
    const places = this.places[k];
    const slowFirst = fastestSines(this.#run.data).toReversed();
    const basis = [
      () => 1,
      (z: number) => z,
      ...slowFirst.map((i) => (z: number) => Math.sin(alpha[i] * scale * z + beta[i])),
    ];
    const columns = basis.map((of) => Float64Array.from(places, of));
    return leastSquaresFit(columns, predicted)
      .slice(2)
      .map((amplitude) => amplitude / this.tasks.forms[k].inverseStd);
  }
}

/** All E weights of a gate at the points of a curve, [POINTS * E]; 0 of experts that it does not see. */
function allWeights({ weights, seen }: GateWeights, from: number, E: number): Float32Array {
  const all = new Float32Array(POINTS * E);
  for (let i = 0; i < POINTS; i++)
    for (const [j, e] of seen.entries()) all[i * E + e] = weights.values[(from + i) * seen.length + j];
  return all;
}

/** The coefficients [P] of columns [P][N] whose sum is nearest to `target` [N], by the normal equations. */
function leastSquaresFit(columns: readonly Float64Array[], target: Float32Array): number[] {
  const P = columns.length;
  const rows = columns.map((one) => [...columns.map((other) => dot(one, other)), dot(one, target)]);
  for (let p = 0; p < P; p++) {
    const pivot = rows[p];
    for (const [q, row] of rows.entries()) {
      if (q === p) continue;
      const share = row[p] / pivot[p];
      for (let j = p; j <= P; j++) row[j] -= share * pivot[j];
    }
  }
  return rows.map((row, p) => row[P] / row[p]);
}

/** The mean over pairs of tasks of a quantity such as `gradientCosine`; NaN without one. */
export function overPairs(quantities: Reading["quantities"], name: string, tasks: number): number {
  const values = pairsOf(tasks).map(([j, k]) => quantities[`${name}/${j + 1}/${k + 1}`] ?? Number.NaN);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
