// npx tsx test/diagnostics/golden/dump.ts: what make.py reads. Parameters by tensor, the rows that a diagnosis takes, the tasks.
import { TaskSet } from "../../../src/data/task-set.ts";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { GeneratedRun } from "../../../src/engines/engine.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { resultOf } from "../../support/agreement.ts";
import { SPECS, someParameters, someRows } from "../../support/specs.ts";
import { ROWS, SMALL_RUNS, TRAINED, trainedRun } from "./cases.ts";

function caseOf(name: string, run: GeneratedRun, parameters: Float32Array) {
  const { model, data, training } = run;
  const tasks = new TaskSet(data, run.correlationMatrix, { seed: run.seed, run: run.index });
  const rows = Math.min(ROWS, training.heldoutRows);
  const { x, y } = tasks.rows("heldout", rows);
  const vectors = tasks.vectors.map((vector) => [...vector]);
  const { lr, huberDelta } = training;
  const numbers = { rows, x: [...x], y: [...y], vectors, lr, huberDelta };
  return { name, spec: model, data, tensors: tensorsOf(model, parameters), ...numbers };
}

function tensorsOf(spec: ModelSpec, parameters: Float32Array) {
  const tensors = parameterBlocks(spec).map(({ name, shape, offset, size }) => {
    return [name, { shape, values: [...parameters.subarray(offset, offset + size)] }];
  });
  return Object.fromEntries(tensors);
}

const small = SMALL_RUNS.map((run) => caseOf(run.model.name, run, someParameters(run.model)));
const cpu = new CpuEngine({ jobs: 1 });
const trained = [];
for (const name of TRAINED) {
  const run = trainedRun(name);
  trained.push(caseOf(`trained ${name}`, run, (await resultOf(cpu, run)).parameters as Float32Array));
}
await cpu.dispose();
const predicted = SPECS.map((spec) => {
  return { name: spec.name, spec, tensors: tensorsOf(spec, someParameters(spec)), x: [...someRows(spec, 5).x] };
});
process.stdout.write(JSON.stringify({ measured: [...small, ...trained], predicted }));
