// From process start to a first result: one step of the three-model study on 10,000 fixed rows, as compiled (npm run build).
import { correlationMatrix } from "../dist/data/correlation-matrix.js";
import { GENERATOR_PRESETS } from "../dist/data/presets.js";
import { CpuEngine } from "../dist/engines/cpu/cpu-engine.js";
import { PLAIN_TRAINING } from "../dist/engines/training-settings.js";
import { ZOO } from "../dist/models/zoo.js";

const training = {
  ...PLAIN_TRAINING,
  ...{ trainRows: 10_000, batch: 64, steps: 1, lr: 0.01, evalEvery: 1, heldoutRows: 1000 },
};
const runs = ["shared-bottom", "omoe", "mmoe"].map((name) => ({
  ...{ id: name, model: ZOO[name].build({ inputs: 100, tasks: 2 }), data: GENERATOR_PRESETS.paper.settings },
  ...{ correlation: 0.5, correlationMatrix: correlationMatrix(2, 0.5), index: 0, seed: 0, training },
}));
const engine = new CpuEngine({ jobs: 1 });
await engine.train(runs, { onResult() {} });
console.log(performance.now().toFixed(0));
await engine.dispose();
