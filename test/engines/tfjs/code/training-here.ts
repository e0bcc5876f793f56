import { byKind } from "../../../../src/engines/abilities.ts";
import type { AnyRun, Engine } from "../../../../src/engines/engine.ts";
import { CodeTraining } from "../../../../src/engines/tfjs/code/code-training.ts";
import type { Tf } from "../../../../src/engines/tfjs/tf.ts";

/** What the process of a model does, in this one: `family` trains members of the family. */
export function trainingHere(
  family: Engine,
  tf: Tf,
  ...tracing: ConstructorParameters<typeof CodeTraining> extends [unknown, ...infer Rest] ? Rest : never
): Pick<Engine, "train"> & { free(): void } {
  const code = new CodeTraining(tf, ...tracing);
  return {
    free: () => code.free(),
    async train(runs: readonly AnyRun[], hooks) {
      const { specs, codes } = byKind(runs);
      if (specs.length > 0) await family.train(specs, hooks);
      await code.prepare([...new Set(codes.map(({ model }) => model))]);
      await code.train(codes, hooks, family.device);
    },
  };
}
