import { fileURLToPath } from "node:url";
import { Pace } from "../../src/engines/pace.ts";
import { CodeTrainer } from "../../src/engines/tfjs/code/code-trainer.ts";
import { loadCode } from "../../src/engines/tfjs/code/load-code.ts";
import { TracedCode } from "../../src/engines/tfjs/code/traced-code.ts";
import type { Tf } from "../../src/engines/tfjs/tf.ts";
import { GroupFeeds } from "../../src/engines/tfjs/traced/group-feeds.ts";
import type { ProgramOptions } from "../../src/engines/tfjs/traced/training-program.ts";
import type { Trainer } from "../../src/engines/trainer.ts";
import { codeFiles } from "../../src/models/code-files.ts";
import { type Contender, ofTrainer, runsOf } from "./contenders.ts";

const FILE = fileURLToPath(new URL("../../examples/film.mjs", import.meta.url));

/** One run of examples/film.mjs on batches of B rows: operation by operation, and traced. */
export async function filmContenders(tf: Tf, B: number, options: ProgramOptions): Promise<Contender[]> {
  const [like] = runsOf(1, B);
  if (like === undefined) return [];
  const { inputs, tasks } = like.model;
  const { sha256 } = codeFiles({ name: "film", file: FILE });
  const run = { ...like, model: { name: "film", inputs, tasks, file: FILE, sha256 } };
  const loaded = await loadCode(run.model);
  const feeds = new GroupFeeds(1);
  const note = (line: string) => console.error(line);
  const tracing = new TracedCode(tf, feeds, { ...options, note });
  const traced = ofTrainer("traced", (await tracing.trainer(run, loaded, new Pace(undefined))) as Trainer, 1);
  const dispose = async () => {
    await traced.dispose();
    tracing.free();
    await feeds.dispose();
  };
  return [ofTrainer("eager", new CodeTrainer(tf, run, loaded), 1), { ...traced, dispose }];
}
