import { type Config, configAt, modelOf } from "../config/config.ts";
import { gridPoints } from "../config/grid.ts";
import { loadConfig } from "../config/load.ts";
import { modelFileOverrides, modelSetOverrides } from "../config/model-set.ts";
import { definitionText } from "../config/own-models.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import { loadCode } from "../engines/tfjs/code/load-code.ts";
import { UsageError } from "../errors.ts";
import { type CodeModel, isCode, type Model } from "../models/code.ts";
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
  readonly model: readonly string[];
  readonly modelSet: readonly string[];
  readonly inputs?: string;
  readonly tasks?: string;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("[config]", "a config or preset: list its models (default: all of mmoe's)")
    .option("--model <file>", "with a config: add a model of your own, as in mmoe sweep", collect, [])
    .option("--model-set <model.field=value>", "with a config: change a model, as in mmoe sweep", collect, [])
    .option("--inputs <n>", `input dimension d (default: ${PAPER_INPUTS})`)
    .option("--tasks <n>", "tasks K (default: 2)")
    .option("--json", "as JSON: specs, and counts by part")
    .addHelpText(
      "after",
      examples("mmoe models", "mmoe models --inputs 112 --tasks 3", "mmoe models my.yaml", "mmoe models --json"),
    )
    .action((config: string | undefined, options: Options) => run((context) => list(config, options, context)));
};

/** A model, what it is in some words, and how many parameters it has. */
interface Listed {
  readonly model: Model;
  readonly about: string;
  /** Parameters by part; of a model in JavaScript, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly total: number;
  /** As the paper counts; undefined for a model in JavaScript. */
  readonly paper?: number;
}

async function list(file: string | undefined, options: Options, { effects }: Context): Promise<number> {
  const models = await Promise.all(file === undefined ? zooModels(options) : configModels(file, options));
  effects.stdout.write(options.json ? `${JSON.stringify(models.map(described), null, 2)}\n` : listed(models));
  return EXIT.done;
}

function zooModels({ inputs, tasks, model, modelSet }: Options): Listed[] {
  const flag = model.length > 0 ? "--model" : modelSet.length > 0 && "--model-set";
  if (flag) throw new UsageError(`${flag}: expected a config with the other models; give one, such as paper`);
  const D = countOption("--inputs", inputs ?? String(PAPER_INPUTS), 2);
  const ends = { inputs: D, tasks: countOption("--tasks", tasks ?? "2", 2, Math.min(D, MOST_TASKS)) };
  return MODEL_NAMES.map((name) => ofSpec(ZOO[name].build(ends), ZOO[name].about));
}

/** Of a grid, the models at the first point: their sizes are the same at all. */
function configModels(file: string, { inputs, tasks, model, modelSet }: Options): (Listed | Promise<Listed>)[] {
  const flag = inputs === undefined ? tasks && "--tasks" : "--inputs";
  if (flag) throw new UsageError(`${flag}: the config says it; leave it out`);
  const config = loadConfig(file, [...modelFileOverrides(model), ...modelSetOverrides(modelSet)]);
  const point = configAt(config, gridPoints(config)[0] ?? {});
  return config.models.map((name) => {
    const model = modelOf(point, name);
    return isCode(model) ? ofCode(model) : ofSpec(model, aboutOf(name, config));
  });
}

function ofSpec(model: ModelSpec, about: string): Listed {
  const parts = PARTS.map((part) => [part, parameterCount(model, part)]);
  return { model, about, parts: Object.fromEntries(parts), total: parameterCount(model), paper: paperCount(model) };
}

async function ofCode(model: CodeModel): Promise<Listed> {
  const { code, parameters, size } = await loadCode(model);
  const parts = parameters.map(({ name, size }) => [name, size]);
  return { model, about: code.about ?? model.file, parts: Object.fromEntries(parts), total: size };
}

function aboutOf(name: string, { ownModels }: Config): string {
  const own = ownModels.find((model) => model.name === name);
  return own === undefined ? ZOO[name as ModelName].about : definitionText(own);
}

function described({ model, parts, total, paper }: Listed) {
  return { ...model, parameters: { ...parts, total, ...(paper !== undefined && { paper }) } };
}

function listed(models: readonly Listed[]): string {
  const header = ["parameters of", ...PARTS, "total", "paper's"];
  const rows = models.map(({ model, parts, total, paper }) => {
    const counts = [...PARTS.map((part) => (isCode(model) ? undefined : parts[part])), total, paper];
    return [model.name, ...counts.map((count) => (count === undefined ? "" : thousands(count)))];
  });
  const width = Math.max(...models.map(({ model }) => model.name.length));
  const about = models.map(({ model, about }) => `${model.name.padEnd(width)}  ${about}\n`).join("");
  return `${table([header, ...rows])}\npaper's: as the paper counts, the kernels of experts and towers.\n\n${about}`;
}
