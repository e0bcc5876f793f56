// The learning rate of each step: a function of the settings and the step alone, so that a resumed run has the same.
import { unreachable } from "../errors.ts";

export const SCHEDULES = ["constant", "cosine", "steps"] as const;

/** How the rate changes from step to step. */
export interface Schedule {
  readonly name: (typeof SCHEDULES)[number];
  /** Steps of the linear rise at the start. */
  readonly warmup: number;
  /** The step at whose end `cosine` is 0: those of the sweep, also of a run that is stopped early. */
  readonly steps: number;
  /** `steps` multiplies the rate by `decayFactor` after each `decaySteps` steps. */
  readonly decaySteps: number;
  readonly decayFactor: number;
}

/** The schedule that changes nothing. */
export const CONSTANT = { name: "constant", warmup: 0, steps: 1, decaySteps: 1, decayFactor: 1 } as const;

export function isConstant({ name, warmup }: Pick<Schedule, "name" | "warmup">): boolean {
  return name === "constant" && warmup === 0;
}

/** The rate of step `step`, from 1, of a run with the rate `lr`. */
export function rateAt({ lr, schedule }: { readonly lr: number; readonly schedule: Schedule }, step: number): number {
  const { warmup } = schedule;
  return step <= warmup ? (lr * step) / warmup : lr * factorAfter(schedule, step - 1 - warmup);
}

/** What the rate is multiplied by `done` steps after the warm-up. */
function factorAfter({ name, warmup, steps, decaySteps, decayFactor }: Schedule, done: number): number {
  switch (name) {
    case "constant":
      return 1;
    case "cosine":
      return (1 + Math.cos((Math.PI * done) / (steps - warmup))) / 2;
    case "steps":
      return decayFactor ** Math.floor(done / decaySteps);
    default:
      return unreachable(name);
  }
}
