// How far runs with early stopping are: how many steps they train for is known only once it is chosen.
import type { AnyRun } from "../../engines/engine.ts";

/** What is said while steps are chosen, before the numbers of runs. */
export const CHOOSING = "choosing steps: ";

interface Choice {
  tried: number;
  /** Once they are chosen. */
  steps?: number;
}

/** The choices of a sweep's runs. */
export class StepChoices {
  readonly #choices: ReadonlyMap<string, Choice>;
  /** The runs that choose together now, and whether their steps are chosen. */
  readonly #together = new Map<string, boolean>();

  constructor(runs: readonly AnyRun[]) {
    const stopped = runs.filter(({ stopping }) => stopping !== undefined);
    this.#choices = new Map(stopped.map(({ id }) => [id, { tried: 0 }]));
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.#choices.size > 0;
  }

  /** A run was tried for `tried` steps; `chosen` is the number that it trains for, once it is known. */
  choose(id: string, tried: number, chosen?: number): void {
    const choice = this.#choices.get(id);
    if (choice === undefined) return;
    if (tried === 0 && !this.#isChoosing) this.#together.clear(); // the first of further runs
    this.#together.set(id, chosen !== undefined);
    choice.tried = tried;
    if (chosen !== undefined) choice.steps = chosen;
  }

  end(id: string): void {
    this.#together.delete(id);
  }

  /** `choosing steps: 12/32`: of the runs that choose together, those whose steps are chosen. Empty if all are. */
  get text(): string {
    return this.#isChoosing ? `${CHOOSING}${this.#chosen}/${this.#together.size}` : "";
  }

  /** The share of a run that is done at a step of its training; undefined for one without early stopping. */
  share(id: string, step: number): number | undefined {
    const choice = this.#choices.get(id);
    if (choice === undefined) return undefined;
    return choice.steps === undefined ? 0 : (choice.tried + step) / (choice.tried + choice.steps);
  }

  /** Steps that a run really trained, its tries included, at a step of its training. */
  trained(id: string, step: number): number {
    return step + (this.#choices.get(id)?.tried ?? 0);
  }

  get #isChoosing(): boolean {
    return this.#chosen < this.#together.size;
  }

  get #chosen(): number {
    return [...this.#together.values()].filter((isChosen) => isChosen).length;
  }
}
