import { Diagnosis } from "../diagnostics/diagnosis.ts";
import { type Diagnostics, dataIdentity, type Run } from "./engine.ts";
import { diagnosedSteps } from "./evaluations.ts";

/** Diagnostics of one run while it trains. */
export class DiagnosticRecorder {
  readonly #run: Run;
  readonly #due: ReadonlySet<number>;
  readonly #steps: number[];
  readonly #values: Record<string, number[]>;
  #diagnosis: Diagnosis | undefined;

  /** Goes on from `before`, or begins. */
  constructor(run: Run, before: Diagnostics = { steps: [], values: {} }) {
    this.#run = run;
    this.#due = new Set(run.diagnostics ? diagnosedSteps(run.training) : []);
    this.#steps = [...before.steps];
    this.#values = Object.fromEntries(Object.entries(before.values).map(([name, curve]) => [name, [...curve]]));
  }

  /** Whether a run that was evaluated after `step` is diagnosed. */
  isDue(step: number): boolean {
    return this.#due.has(step);
  }

  /** Measures the run after `step`; `parameters` are its own in canonical order. */
  add(step: number, parameters: ArrayLike<number>): void {
    this.#diagnosis ??= new Diagnosis(this.#run, dataIdentity(this.#run));
    this.#steps.push(step);
    for (const [name, value] of Object.entries(this.#diagnosis.at(parameters))) {
      this.#values[name] ??= new Array<number>(this.#steps.length - 1).fill(Number.NaN);
      this.#values[name].push(value);
    }
  }

  /** A copy; undefined of a run that asks for none. */
  get diagnostics(): Diagnostics | undefined {
    if (this.#run.diagnostics === undefined) return undefined;
    const values = Object.entries(this.#values).map(([name, curve]) => [name, [...curve]] as const);
    return { steps: [...this.#steps], values: Object.fromEntries(values) };
  }
}
