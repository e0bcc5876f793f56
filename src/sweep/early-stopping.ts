// Runs whose number of steps is chosen on a part of their training rows: any engine trains them, in two phases.

import { heldoutCount } from "../data/table.ts";
import { defined } from "../defined.ts";
import { bestStep } from "../engines/early-stop.ts";
import {
  type AnyRun,
  type Engine,
  engineWith,
  type Hooks,
  type Keeping,
  type RunResult,
  type RunState,
  type StepChoice,
  type Stopping,
} from "../engines/engine.ts";
import { nextEvaluation } from "../engines/evaluations.ts";

/** Runs that choose their steps together, before they train. */
const TOGETHER = 32;

/** As the engine, but it chooses the number of steps of runs that are stopped early. */
export function withEarlyStopping(engine: Engine): Engine {
  return engineWith(engine, { train: (runs, hooks) => trainStopped(engine, runs, hooks) });
}

async function trainStopped(engine: Engine, runs: readonly AnyRun[], hooks: Hooks): Promise<void> {
  const stopped = runs.filter(isStopped);
  const others = runs.filter((run) => !isStopped(run));
  if (others.length > 0) await engine.train(others, hooks);
  for (let at = 0; at < stopped.length && !hooks.signal?.aborted && !hooks.noMore?.aborted; at += TOGETHER) {
    const choices = new Choices(hooks.keeping);
    const chosen = await chooseSteps(engine, stopped.slice(at, at + TOGETHER).map(choices.stageOf), {
      ...hooks,
      choices,
    });
    if (chosen.length > 0 && !hooks.signal?.aborted) await trainChosen(engine, chosen, { ...hooks, choices });
    if (hooks.signal?.aborted) choices.keepAll();
  }
}

type ChoiceHooks = Hooks & { readonly choices: Choices };

/** Trains runs for their chosen number of steps. */
async function trainChosen(
  engine: Engine,
  chosen: readonly Stage[],
  { choices, ...hooks }: ChoiceHooks,
): Promise<void> {
  const byId = new Map(chosen.map((stage) => [stage.run.id, stage]));
  const runs = chosen.map(({ run, choice }) => withSteps(run, choice.steps));
  await engine.train(runs, {
    ...hooks,
    ...choices.hooks(byId),
    onResult: (result) => {
      const { id } = result.run;
      const { validationLoss = Number.NaN } = (byId.get(id) as Stage).choice;
      choices.end(id);
      hooks.onResult({ ...result, measures: { ...result.measures, validationLoss } });
    },
  });
}

/** Tries runs on their validation rows, each for as long as its patience asks. A run that fails before it is evaluated ends so. */
async function chooseSteps(engine: Engine, stages: readonly Stage[], hooks: ChoiceHooks): Promise<Stage[]> {
  const chosen = stages.filter(isChosen);
  const left = stages.filter((stage) => !isChosen(stage));
  for (const { run } of left) hooks.onChoosing?.(run, 0);
  for (const { run, choice } of chosen) hooks.onChoosing?.(run, choice.tried, choice.steps);
  return left.length === 0 ? chosen : [...chosen, ...(await tried(engine, left, hooks))];
}

/** Chooses the number of steps of each run by a try. */
async function tried(engine: Engine, left: readonly Stage[], { choices, ...hooks }: ChoiceHooks): Promise<Stage[]> {
  const byId = new Map(left.map((stage) => [stage.run.id, stage]));
  const following: Stage[] = [];
  const { signal, noMore, onBegin } = hooks; // these reach the caller; parameters of a try do not
  await engine.train(
    left.map(({ run }) => tryOf(run, engine)),
    {
      ...defined({ signal, noMore, onBegin }),
      ...choices.hooks(byId),
      onProgress: ({ id }, step) => {
        const { run } = byId.get(id) as Stage;
        hooks.onChoosing?.(run, step);
      },
      onResult: (result) => {
        const stage = byId.get(result.run.id) as Stage;
        const next = stageAfter(stage, result);
        if (next === undefined) {
          choices.end(stage.run.id);
          return hooks.onResult(failedBefore(result, stage.run));
        }
        following.push(next);
        choices.advance(next, result.elapsedMs);
        hooks.onChoosing?.(next.run, next.choice.tried, next.choice.steps);
      },
    },
  );
  return following;
}

/** Undefined for a run that failed before it was evaluated. */
function stageAfter({ run }: Stage, result: RunResult): Stage | undefined {
  const best = bestStep(result, run.stopping);
  if (best === undefined) return undefined;
  const choice = { tried: result.curve.steps.at(-1) as number, steps: best.step, validationLoss: best.loss };
  return { run, choice, ...(result.best?.step === best.step && { best: result.best }) };
}

function failedBefore(result: RunResult, run: StoppedRun): RunResult {
  const { by } = run.stopping;
  const missing = by
    ? `its validation rows have no ${by.metric} of ${by.task === null ? "every task" : `task ${by.task + 1}`}`
    : "no evaluation";
  const failure = (result.failure ?? missing).replace("held-out", "validation");
  return { ...result, run, failure };
}

/** A run in its try, or in its training. */
interface Stage {
  readonly run: StoppedRun;
  readonly choice: StepChoice;
  /** Where it goes on from; absent if it begins. */
  readonly state?: RunState;
  /** What its training ends with: it takes no step. Only the engine that gave it knows what to do with it. */
  readonly best?: RunState;
}

/** Whether the number of steps is chosen. */
function isChosen({ choice }: Pick<Stage, "choice">): boolean {
  return choice.validationLoss !== undefined;
}

/** The choices of some runs; without `keeping` they are not kept. */
class Choices {
  readonly #keeping: Keeping | undefined;
  /** Stages that no state of their run is kept of yet. */
  readonly #unkept = new Map<string, Stage>();

  constructor(keeping: Keeping | undefined) {
    this.#keeping = keeping;
  }

  /** Where a run goes on from, or its first try. */
  readonly stageOf = (run: StoppedRun): Stage => {
    const state = this.#keeping?.states.get(run.id);
    const choice = state?.choice;
    const begun = { tried: 0, steps: run.training.steps, evalEvery: stepsBetween(run) };
    const isOfTry = choice?.evalEvery === begun.evalEvery && choice.steps === begun.steps;
    if (state === undefined || choice === undefined || !(isChosen({ choice }) || isOfTry))
      return { run, choice: begun };
    return { run, choice, ...(state.step > 0 && { state }) };
  };

  /** Hooks of the engine that trains these stages, by the ids of their runs. */
  hooks(stages: ReadonlyMap<string, Stage>): Pick<Hooks, "keeping"> {
    const keeping = this.#keeping;
    const states = new Map<string, RunState>();
    for (const [id, { state, best = state }] of stages) if (best) states.set(id, best);
    if (keeping === undefined && states.size === 0) return {};
    const onState: Keeping["onState"] = ({ id }, state) => {
      const { run, choice, best } = stages.get(id) as Stage;
      if (best) return; // its choice is kept: a process that goes on from it trains to the step again
      this.#unkept.delete(id);
      keeping?.onState(run, { ...state, choice });
    };
    return { keeping: { everyMs: Number.POSITIVE_INFINITY, ...keeping, states, onState } };
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

/** Steps between two looks at the validation rows: a pass over the training rows, but no more than this. */
const MOST_BETWEEN = 500;

export type StoppedRun = AnyRun & { readonly stopping: Stopping };

/**
 * A run as runs without early stopping, if its try chooses that many steps: the try goes on for as long as its patience asks. On an
 * engine that is given, the training after it is left out where it takes no step.
 */
export function trainingsOf(run: AnyRun, chosen = run.training.steps, engine?: Engine): AnyRun[] {
  if (!isStopped(run)) return [run];
  const { until: _, ...tried } = validationRun(run);
  const limit = Math.min(run.training.steps, chosen + run.stopping.patience * stepsBetween(run));
  const first = { ...tried, training: { ...tried.training, steps: limit } };
  return engine && endsAtBest(run, engine) ? [first] : [first, withSteps(run, chosen)];
}

/**
 * Whether the training after a try need take no step: the cpu engine gives a state at the best step, and both train on the same
 * rows. A state has no evaluations on the run's held-out rows, so the first of these has to be at the end.
 */
function endsAtBest(run: StoppedRun, engine: Engine): boolean {
  const { validationRows, evalEvery, steps } = run.training;
  const isAtEnd = evalEvery !== "auto" && nextEvaluation(run.training, 0) >= steps;
  return validationRows !== undefined && isAtEnd && engine.path(run) === "cpu";
}

function tryOf(run: StoppedRun, engine: Engine): AnyRun {
  const tried = validationRun(run);
  return endsAtBest(run, engine) ? { ...tried, until: { ...run.stopping, keepsBest: true } } : tried;
}

/** The most steps that a run trains, its try included. */
export function mostSteps(run: AnyRun): number {
  return (isStopped(run) ? 2 : 1) * run.training.steps;
}

function isStopped(run: AnyRun): run is StoppedRun {
  return run.stopping !== undefined;
}

/** Numbers of rows that a try trains on and is validated on: without validation rows, both are of the run's training rows. */
function partsOf({ training, stopping }: StoppedRun): { trainRows: number; heldoutRows: number } {
  const all = Number(training.trainRows);
  if (training.validationRows) return { trainRows: all, heldoutRows: training.validationRows };
  const validated = heldoutCount(all, stopping.validation);
  return { trainRows: all - validated, heldoutRows: Math.min(validated, training.evalRows ?? validated) };
}

function stepsBetween(run: StoppedRun): number {
  return Math.min(MOST_BETWEEN, Math.ceil(partsOf(run).trainRows / run.training.batch));
}

/** The run on a part of its training rows, with the others in place of its held-out rows, which it never sees. */
export function validationRun(run: StoppedRun): AnyRun {
  const { diagnostics: _, stopping: until, ...rest } = run;
  const { validationRows: __, ...others } = run.training;
  const training = { ...others, ...partsOf(run), validates: true as const, evalEvery: stepsBetween(run) };
  return { ...rest, until, training };
}

function withSteps({ stopping: _, ...run }: StoppedRun, steps: number): AnyRun {
  return { ...run, training: { ...run.training, steps } };
}
