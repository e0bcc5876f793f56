import type { CurveRecorder } from "./curve-recorder.ts";
import type { AnyRun, Keeping, RunState } from "./engine.ts";
import type { Trainer } from "./trainer.ts";

/** Keeps a run in flight that trains alone: now and then, and when it is stopped. */
export class RunKeeper {
  readonly #run: AnyRun;
  readonly #keeping: Keeping;
  readonly #began = performance.now();
  #last = performance.now();

  constructor(run: AnyRun, keeping: Keeping) {
    this.#run = run;
    this.#keeping = keeping;
  }

  /** Where the run goes on from. */
  get state(): RunState | undefined {
    return this.#keeping.states.get(this.#run.id);
  }

  /** The run's time, with that of earlier processes. */
  get elapsedMs(): number {
    return performance.now() - this.#began + (this.state?.elapsedMs ?? 0);
  }

  isDue(stopped: boolean): boolean {
    return stopped || performance.now() - this.#last > this.#keeping.everyMs;
  }

  /** Tells the state after `step`, which the trainer has settled on. */
  async keep(trainer: Trainer, { curve, sums }: CurveRecorder, step: number): Promise<void> {
    const values = await trainer.save?.();
    this.#last = performance.now();
    if (values === undefined) return;
    const diagnostics = trainer.diagnosing?.diagnostics;
    this.#keeping.onState(this.#run, {
      ...{ step, values: [values], noBias: [], powers: [1, 1], sums, curve, elapsedMs: this.elapsedMs },
      ...(diagnostics && { diagnostics }),
    });
  }
}
