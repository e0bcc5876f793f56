import { type Group, groupOf } from "../../src/engines/tfjs/groups.ts";
import type { Tf } from "../../src/engines/tfjs/tf.ts";
import { GroupFeeds } from "../../src/engines/tfjs/trainer/group-feeds.ts";
import { GroupTrainers } from "../../src/engines/tfjs/trainer/group-trainer.ts";
import type { Trainer } from "../../src/engines/trainer.ts";
import { Yielder } from "../../src/engines/yielder.ts";
import { type Contender, graphOperations, ofTrainer, runsOf } from "./contenders.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"] as const;

export interface Mixture {
  readonly trainRows: 100 | "fresh";
  readonly rates: readonly number[];
}

/** The paper's models at some learning rates on R sets of rows, as graphs: each by itself, one after the other; all in one call. */
export async function separateAndTogether(
  tf: Tf,
  R: number,
  B: number,
  { trainRows, rates }: Mixture,
): Promise<Contender[]> {
  const each = MODELS.flatMap((model) => rates.map((lr) => runsOf(R, B, { model, trainRows, lr })));
  const separate = each.map((runs) => groupOf(runs.map((run) => [run])));
  const together = groupOf(Array.from({ length: R }, (_, r) => each.map((runs) => runs[r])));
  return [
    inTurn("each by itself", await Promise.all(separate.map((group) => compiled(tf, group)))),
    { ...(await compiled(tf, together)), name: "in one call" },
  ];
}

async function compiled(tf: Tf, group: Group): Promise<Contender> {
  const feeds = new GroupFeeds(1);
  const trainers = new GroupTrainers(tf, feeds, true);
  const trainer = (await trainers.trainer(group, new Yielder(undefined))) as Trainer;
  const contender = ofTrainer("graph", trainer, group.runs.length);
  const dispose = async () => {
    await contender.dispose();
    trainers.free();
    await feeds.dispose();
  };
  return { ...contender, operations: graphOperations(tf, group), dispose };
}

/** All of these as one contender, one step each: their times are added. */
function inTurn(name: string, contenders: readonly Contender[]): Contender {
  const turn = async (ms: number) => {
    let [wallMs, cpuMs] = [0, 0];
    for (const { turn } of contenders) {
      const time = await turn(ms);
      wallMs += time.wallMs;
      cpuMs += time.cpuMs;
    }
    return { wallMs, cpuMs };
  };
  const operations = contenders.reduce((sum, contender) => sum + (contender.operations ?? 0), 0);
  return { name, turn, operations, dispose: async () => void (await Promise.all(contenders.map((c) => c.dispose()))) };
}
