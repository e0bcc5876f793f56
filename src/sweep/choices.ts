// How far the choices of runs' steps are, kept with the states of the runs: a sweep that was stopped resumes them.
import type { Hooks, Keeping, RunState } from "../engines/engine.ts";
import type { StepChoice } from "../engines/step-choice.ts";
import { firstTry, type StoppedRun, stepsBetween } from "./tries.ts";

/** A run in one of its tries, or in its training. */
export interface Stage {
  readonly run: StoppedRun;
  readonly choice: StepChoice;
  /** Where it goes on from; absent if it begins. */
  readonly state?: RunState;
}

/** Whether the number of steps is chosen. */
export function isChosen({ choice }: Pick<Stage, "choice">): boolean {
  return choice.validationLoss !== undefined;
}

/** The choices of some runs; without `keeping` they are not kept. */
export class Choices {
  readonly #keeping: Keeping | undefined;
  /** Stages that no state of their run is kept of yet. */
  readonly #unkept = new Map<string, Stage>();

  constructor(keeping: Keeping | undefined) {
    this.#keeping = keeping;
  }

  /** Where a run goes on from, or its first try. */
  readonly stageOf = (run: StoppedRun): Stage => {
    const state = this.#keeping?.states.get(run.id);
    const between = stepsBetween(run);
    const choice = state?.choice;
    if (choice === undefined || !(isChosen({ choice }) || choice.evalEvery === between))
      return { run, choice: { tried: 0, steps: firstTry(run), evalEvery: between } };
    return { run, choice, ...(state && state.step > 0 && { state }) };
  };

  /** Hooks of the engine that trains these stages, by the ids of their runs. */
  hooks(stages: ReadonlyMap<string, Stage>): Pick<Hooks, "keeping"> {
    const keeping = this.#keeping;
    if (keeping === undefined) return {};
    const states = new Map<string, RunState>();
    for (const [id, { state }] of stages) if (state) states.set(id, state);
    const onState: Keeping["onState"] = ({ id }, state) => {
      const { run, choice } = stages.get(id) as Stage;
      this.#unkept.delete(id);
      keeping.onState(run, { ...state, choice });
    };
    return { keeping: { ...keeping, states, onState } };
  }

  /** A run is at another stage, after a try that took so long. */
  advance(stage: Stage, tookMs: number): void {
    this.#unkept.set(stage.run.id, stage);
    if (this.#keeping && tookMs > this.#keeping.everyMs / 2) this.#keep(stage);
  }

  end(id: string): void {
    this.#unkept.delete(id);
  }

  /** Keeps the stages of runs that have no state. */
  keepAll(): void {
    for (const stage of [...this.#unkept.values()]) this.#keep(stage);
  }

  #keep({ run, choice }: Stage): void {
    this.#unkept.delete(run.id);
    this.#keeping?.onState(run, { ...begun(run.model.tasks), choice });
  }
}

/** A state before the first step. */
function begun(K: number): RunState {
  const curve = { steps: [], train: [], heldout: [] };
  return { step: 0, values: [], noBias: [], powers: [1, 1], sums: new Array<number>(K).fill(0), curve, elapsedMs: 0 };
}
