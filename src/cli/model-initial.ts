// `mmoe models CONFIG --initial MODEL`: where a run of a model begins, for other programs.
import type { Config } from "../config/config.ts";
import type { Run } from "../engines/engine.ts";
import { initialParameters } from "../engines/initial-parameters.ts";
import { UsageError } from "../errors.ts";
import { isCode } from "../models/code.ts";
import { parameterBlocks } from "../models/parameters.ts";
import { writable } from "../records/find-results.ts";
import { runsAt } from "../sweep/plan.ts";
import { writeWholeSync } from "../write-whole.ts";
import { EXIT } from "./exit-codes.ts";
import { npyHeader } from "./npy.ts";
import { agreeing } from "./one-run.ts";
import { choiceOption, countOption } from "./options.ts";
import { outputFile } from "./output-file.ts";

interface Options {
  readonly initial?: string;
  readonly run?: string;
  readonly output?: string;
  readonly overwrite?: boolean;
}

/** Refuses options that lack --initial, and --initial without a config or a file: UsageError. */
export function checkInitial(config: string | undefined, { initial, run, output, overwrite }: Options): void {
  const stray = Object.entries({ "--run": run, "--output": output, "--overwrite": overwrite }).find(
    ([, given]) => given,
  );
  if (initial === undefined && stray) throw new UsageError(`${stray[0]}: only --initial uses it; add --initial MODEL`);
  if (initial === undefined) return;
  if (config === undefined)
    throw new UsageError("--initial: expected a config that says how values are drawn; give one, such as paper");
  if (output === undefined) throw new UsageError("--initial: expected a file; give -o FILE");
}

/** Writes one record: a field for each tensor of the model, by its name. */
export function writeInitial(config: Config, text: string, options: Options): number {
  const name = choiceOption("--initial", text, config.models);
  const runs = runsAt(config, countOption("--run", options.run ?? "0", 0));
  const run = agreeing(
    runs.filter(({ model }) => model.name === name),
    ["initializer"],
  );
  if (isCode(run.model))
    throw new UsageError(
      `--initial: only ${run.model.file} defines the initial values of ${name}; give one of mmoe's models`,
    );
  const file = outputFile(options) as string;
  const header = npyHeader(parameterBlocks(run.model), []);
  const values = Buffer.from(initialParameters(run as Run).buffer);
  writable(file, () => writeWholeSync(file, Buffer.concat([header, values])), "give another -o");
  return EXIT.done;
}
