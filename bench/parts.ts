import { type BundlePlan, planBundle } from "../src/engines/cpu/bundle.ts";
import { Data } from "../src/engines/cpu/data.ts";
import { LABEL_PANEL } from "../src/engines/cpu/data-plan.ts";
import { OPERATIONS, type Operation } from "../src/engines/cpu/instructions.ts";
import { Machine } from "../src/engines/cpu/kernels.ts";
import { type Member, writeParameters } from "../src/engines/cpu/member.ts";
import { inputPanelBytes } from "../src/engines/cpu/panels.ts";
import { initialParameters, type Run } from "../src/engines/engine.ts";
import { leastMicroseconds } from "./time.ts";

/** µs of one step, whole and by parts, each timed by itself; `rows` is what making the rows ready takes, whoever shares them. */
export interface Parts {
  readonly step: number;
  readonly products: number;
  readonly adam: number;
  /** Gates and mixes. */
  readonly rest: number;
  readonly rows: number;
}

const UPDATES: readonly Operation[] = ["update", "sparseUpdate"];

/** Times a run's step on one thread, in place of a worker. */
export function timeParts(module: WebAssembly.Module, run: Run): Parts {
  const machine = new Machine(module);
  const sgd: Run = { ...run, training: { ...run.training, optimizer: "sgd", lr: 1e-9 } };
  const plan = planBundle([run, sgd]);
  machine.reserve(plan.arena.bytes);
  plan.arena.writeTo(machine.memory);
  const data = new Data(machine, plan.data, run);
  const [adam, plain] = plan.members as [Member, Member];
  for (const member of plan.members) writeParameters(machine, member, initialParameters(run));
  const steps = plan.data.chunkSteps;
  const rows = leastMicroseconds(() => data.load(1, steps)) / steps;
  const step = timeSteps(machine, plan, adam, run.training.batch);
  const products = time(machine, plan, plain, ["dense", "inputGradient", ...UPDATES]);
  const adamOnly = time(machine, plan, adam, UPDATES) - time(machine, plan, plain, UPDATES);
  const rest = time(machine, plan, plain, ["softmax", "mix", "gateGradient", "expertGradient"]);
  return { step, products, adam: adamOnly, rest, rows };
}

function timeSteps(machine: Machine, { data }: BundlePlan, { address }: Member, batch: number): number {
  const xBytes = data.panels * inputPanelBytes(data.inputs);
  const labels = data.labels[0]?.chunk as number;
  const { chunkSteps: steps, chunk, panels } = data;
  const train = () => {
    if (machine.kernels.train(address, chunk, xBytes, labels, panels * LABEL_PANEL, batch, steps, 1e6) < steps)
      throw new Error("the timed run diverged");
  };
  return leastMicroseconds(train) / steps;
}

/** µs that a step spends in some operations. */
function time(machine: Machine, { data }: BundlePlan, member: Member, operations: readonly Operation[]): number {
  const { begin, end } = member.program;
  const words = machine.uint32(begin, (end - begin) / 4);
  const pieces: [number, number][] = [];
  for (let at = 0; at < words.length; at += (words[at + 1] as number) / 4) {
    const operation = OPERATIONS[(words[at] as number) - 1] as Operation;
    if (operations.includes(operation)) pieces.push([begin + 4 * at, begin + 4 * at + (words[at + 1] as number)]);
  }
  return leastMicroseconds(() => {
    for (const [from, to] of pieces)
      machine.kernels.run(from, to, data.chunk, member.weights, data.panels, member.optimizer);
  });
}
