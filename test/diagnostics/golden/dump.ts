// npx tsx test/diagnostics/golden/dump.ts: what make.py reads. Parameters by tensor, the rows that a diagnosis takes, the tasks.
import { TaskSet } from "../../../src/data/task-set.ts";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { GeneratedRun } from "../../../src/engines/engine.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import { resultOf } from "../../support/agreement.ts";
import { someParameters } from "../../support/specs.ts";
import { ROWS, SMALL_RUNS, TRAINED, trainedRun } from "./cases.ts";

function caseOf(name: string, run: GeneratedRun, parameters: Float32Array) {
  const { model, data, training } = run;
  const tasks = new TaskSet(data, run.correlationMatrix, { seed: run.seed, run: run.index });
  const rows = Math.min(ROWS, training.heldoutRows);
  const { x, y } = tasks.rows("heldout", rows);
  const tensors = parameterBlocks(model).map((block) => {
    const values = [...parameters.subarray(block.offset, block.offset + block.size)];
    return [block.name, { shape: block.shape, values }];
  });
  const vectors = tasks.vectors.map((vector) => [...vector]);
  const { lr, huberDelta } = training;
  const numbers = { rows, x: [...x], y: [...y], vectors, lr, huberDelta };
  return { name, spec: model, data, tensors: Object.fromEntries(tensors), ...numbers };
}

const small = SMALL_RUNS.map((run) => caseOf(run.model.name, run, someParameters(run.model)));
const cpu = new CpuEngine({ jobs: 1 });
const trained = [];
for (const name of TRAINED) {
  const run = trainedRun(name);
  trained.push(caseOf(`trained ${name}`, run, (await resultOf(cpu, run)).parameters as Float32Array));
}
await cpu.dispose();
process.stdout.write(JSON.stringify([...small, ...trained]));
