import { Diagnosis } from "../diagnostics/diagnosis.ts";
import type { Quantities } from "../diagnostics/quantities.ts";
import type { Diagnostics, Run } from "./engine.ts";
import { diagnosedSteps } from "./evaluations.ts";

/** Quantities of one run against steps. */
export class QuantityCurves {
  readonly #steps: number[];
  readonly #values: Map<string, number[]>;

  /** Goes on from `before`, or begins. */
  constructor({ steps, values }: Diagnostics = { steps: [], values: {} }) {
    this.#steps = [...steps];
    this.#values = new Map(Object.entries(values).map(([name, curve]) => [name, [...curve]]));
  }

  /** What was measured after `step`. */
  add(step: number, quantities: Quantities): void {
    this.#steps.push(step);
    for (const [name, value] of Object.entries(quantities)) {
      const curve = this.#values.get(name) ?? new Array<number>(this.#steps.length - 1).fill(Number.NaN);
      this.#values.set(name, curve);
      curve.push(value);
    }
  }

  /** A copy. */
  get diagnostics(): Diagnostics {
    const values = [...this.#values].map(([name, curve]) => [name, [...curve]] as const);
    return { steps: [...this.#steps], values: Object.fromEntries(values) };
  }
}

/** Measures one run while it trains. */
export interface Diagnosing {
  /** Whether a run that was evaluated after `step` is diagnosed. */
  isDue(step: number): boolean;
  /** Measures the run after `step`; `parameters` are its own in canonical order. */
  add(step: number, parameters: ArrayLike<number>): void;
  /** A copy; undefined of a run that asks for none. */
  readonly diagnostics: Diagnostics | undefined;
}

/** Diagnostics of one run of the family. */
export class DiagnosticRecorder implements Diagnosing {
  readonly #run: Run;
  readonly #due: ReadonlySet<number>;
  readonly #curves: QuantityCurves;
  #diagnosis: Diagnosis | undefined;

  /** Goes on from `before`, or begins. */
  constructor(run: Run, before?: Diagnostics) {
    this.#run = run;
    this.#due = new Set(run.diagnostics ? diagnosedSteps(run.training) : []);
    this.#curves = new QuantityCurves(before);
  }

  isDue(step: number): boolean {
    return this.#due.has(step);
  }

  add(step: number, parameters: ArrayLike<number>): void {
    this.#diagnosis ??= new Diagnosis(this.#run);
    this.#curves.add(step, this.#diagnosis.at(parameters));
  }

  get diagnostics(): Diagnostics | undefined {
    return this.#run.diagnostics && this.#curves.diagnostics;
  }
}
