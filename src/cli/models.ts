import { type Config, configAt, modelOf } from "../config/config.ts";
import { gridPoints } from "../config/grid.ts";
import { loadConfig } from "../config/load.ts";
import { modelSetOverrides } from "../config/model-set.ts";
import { definitionText } from "../config/own-models.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import { UsageError } from "../errors.ts";
import { type Part, paperCount, parameterCount } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../models/zoo.ts";
import { thousands } from "../units.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { collect, countOption } from "./options.ts";
import { table } from "./text/table.ts";

const PARTS: readonly Part[] = ["experts", "gates", "towers", "outputs"];

const PAPER_INPUTS = GENERATOR_PRESETS.paper.settings.inputs;

/** Tasks have directions of their own, so there are no more than inputs; more than this would take long. */
const MOST_TASKS = 1_000;

interface Options {
  readonly modelSet: readonly string[];
  readonly inputs?: string;
  readonly tasks?: string;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("[config]", "a config or preset: list its models (default: all of mmoe's)")
    .option("--model-set <model.field=value>", "of a config: change a model, as in mmoe sweep", collect, [])
    .option("--inputs <n>", `input dimension d (default: ${PAPER_INPUTS})`)
    .option("--tasks <n>", "tasks K (default: 2)")
    .option("--json", "as JSON: specs, and counts by part")
    .addHelpText(
      "after",
      examples("mmoe models", "mmoe models --inputs 112 --tasks 3", "mmoe models my.yaml", "mmoe models --json"),
    )
    .action((config: string | undefined, options: Options) => run(async (context) => list(config, options, context)));
};

/** A model and what it is, in some words. */
interface Listed {
  readonly spec: ModelSpec;
  readonly about: string;
}

function list(file: string | undefined, options: Options, { effects }: Context): number {
  const models = file === undefined ? zooModels(options) : configModels(file, options);
  const specs = models.map(({ spec }) => spec);
  effects.stdout.write(options.json ? `${JSON.stringify(specs.map(described), null, 2)}\n` : listed(models));
  return EXIT.done;
}

function zooModels({ inputs, tasks, modelSet }: Options): Listed[] {
  if (modelSet.length > 0) throw new UsageError("--model-set: expected a config whose models to change; give one");
  const D = countOption("--inputs", inputs ?? String(PAPER_INPUTS), 2);
  const ends = { inputs: D, tasks: countOption("--tasks", tasks ?? "2", 2, Math.min(D, MOST_TASKS)) };
  return MODEL_NAMES.map((name) => ({ spec: ZOO[name].build(ends), about: ZOO[name].about }));
}

/** Of a grid, the models at the first point: their sizes are the same at all. */
function configModels(file: string, { inputs, tasks, modelSet }: Options): Listed[] {
  const flag = inputs === undefined ? tasks && "--tasks" : "--inputs";
  if (flag) throw new UsageError(`${flag}: the config says it; leave it out`);
  const config = loadConfig(file, modelSetOverrides(modelSet));
  const point = configAt(config, gridPoints(config)[0] ?? {});
  return config.models.map((name) => ({ spec: modelOf(point, name), about: aboutOf(name, config) }));
}

function aboutOf(name: string, { ownModels }: Config): string {
  const own = ownModels.find((model) => model.name === name);
  return own === undefined ? ZOO[name as ModelName].about : definitionText(own);
}

function described(spec: ModelSpec) {
  const parameters = Object.fromEntries(PARTS.map((part) => [part, parameterCount(spec, part)]));
  return { ...spec, parameters: { ...parameters, total: parameterCount(spec), paper: paperCount(spec) } };
}

function listed(models: readonly Listed[]): string {
  const header = ["parameters of", ...PARTS, "total", "paper's"];
  const rows = models.map(({ spec }) => {
    const counts = [...PARTS.map((part) => parameterCount(spec, part)), parameterCount(spec), paperCount(spec)];
    return [spec.name, ...counts.map(thousands)];
  });
  const width = Math.max(...models.map(({ spec }) => spec.name.length));
  const about = models.map(({ spec, about }) => `${spec.name.padEnd(width)}  ${about}\n`).join("");
  return `${table([header, ...rows])}\npaper's: as the paper counts, the kernels of experts and towers.\n\n${about}`;
}
