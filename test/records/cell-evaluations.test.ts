import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { cellEvaluations, Gathered } from "../../src/records/cell-evaluations.ts";
import type { RunRecord } from "../../src/records/record.ts";

/** A run of two tasks. */
interface Run {
  readonly steps: readonly number[];
  /** The first task's losses on training rows; the second's are 3 more, and both are 10 times these on held-out rows. */
  readonly train: readonly number[];
  /** How many batches each of them is a mean over, by task, if not every step's. */
  readonly batches?: readonly (readonly number[])[];
}

function recordOf({ steps, train, batches }: Run): RunRecord {
  const losses = Float64Array.from(train.flatMap((loss) => [loss, loss + 3]));
  const heldout = losses.map((loss) => 10 * loss);
  const curve = { steps, train: losses, heldout, ...(batches && { batches: Float64Array.from(batches.flat()) }) };
  return { labelCorrelations: [0], curve } as unknown as RunRecord;
}

/** Of each evaluation: its step, how many runs reached it, and the losses of both tasks and of their mean, [3][runs]. */
function evaluations(cell: readonly Run[], carry: boolean, memory?: Gathered): unknown[] {
  const found: unknown[] = [];
  for (const one of cellEvaluations(cell.map(recordOf), memory, carry)) {
    if (one === undefined) continue;
    const columns = ["train", "heldout", "running"].map((set) => {
      const [mean, ...tasks] = one.losses[set as "train"].map((column) => [...column]); // overwritten by the next
      return [...tasks, mean];
    });
    found.push([one.step, one.reached, ...columns]);
  }
  return found;
}

/** The same, each evaluation by itself. */
function byDefinition(cell: readonly Run[], carry: boolean): unknown[] {
  const end = ({ steps }: Run) => steps.at(-1) as number;
  const last = Math.max(...cell.map(end));
  const { steps } = cell.find((run) => end(run) === last) as Run;
  return steps.map((step) => {
    const there = cell.filter((run) => run.steps.includes(step) || (carry && end(run) <= step));
    const so = there.map((run) => ({ ...run, train: run.train.slice(0, run.steps.filter((s) => s <= step).length) }));
    const columns = (of: (run: Run, task: number) => number) => {
      const tasks = [0, 1].map((task) => so.map((run) => of(run, task)));
      return [...tasks, so.map((_, i) => (tasks[0][i] + tasks[1][i]) / 2)].map((all) =>
        all.map((loss) => expect.closeTo(loss, 10)),
      );
    };
    const train = (run: Run, task: number) => (run.train.at(-1) as number) + 3 * task;
    const running = (run: Run, task: number) => {
      const weights = run.train.map((_, j) => run.batches?.[j][task] ?? run.steps[j] - (run.steps[j - 1] ?? 0));
      const weight = weights.reduce((sum, one) => sum + one);
      const sum = weights.reduce((all, one, j) => all + one * (run.train[j] + 3 * task), 0);
      return weight === 0 ? train(run, task) : sum / weight;
    };
    const reached = there.filter((run) => run.steps.includes(step)).length;
    return [step, reached, columns(train), columns((run, task) => 10 * train(run, task)), columns(running)];
  });
}

const run: fc.Arbitrary<Run> = fc
  .oneof(fc.constantFrom([2, 4, 6], [2, 4]), fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1 }))
  .chain((steps) => {
    const ofEach = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: steps.length, maxLength: steps.length });
    const train = ofEach(fc.nat(9));
    const batches = ofEach(fc.tuple(fc.nat(3), fc.nat(3)));
    const all = { steps: fc.constant(steps.toSorted((a, b) => a - b)), train };
    return fc.oneof(fc.record(all), fc.record({ ...all, batches }));
  });

test("evaluations are at the steps of the run that goes furthest; another that has ended keeps its losses if they are carried", () => {
  const cell = fc.array(run, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(cell, fc.boolean(), fc.integer({ min: 1, max: 60 }), (runs, carry, most) => {
      expect(evaluations(runs, carry, new Gathered(most))).toEqual(byDefinition(runs, carry));
    }),
  );
});

test.each([
  [[2, 4], false, [2, 1]],
  [[2, 4], true, [3]],
  [[2, 5], false, [3]],
  [[2, 4, 6], true, [2, 1]],
])(
  "of runs to step 6 and one evaluated at %j, carried: %j, memory for two evaluations takes so many at once: %j",
  (steps, carry, expected) => {
    const cell = [[2, 4, 6], [2, 4, 6], steps].map((own) => ({ steps: own, train: own }));
    const memory = new Gathered(2 * 2 * cell.length * 2); // of two evaluations, two sets of losses, two tasks
    const taken = vi.spyOn(memory, "ofLength");
    evaluations(cell, carry, memory);
    expect(taken.mock.calls.map(([length]) => length / (2 * cell.length))).toEqual(expected);
  },
);
