import { type Config, configAt, modelOf } from "../config/config.ts";
import { loadConfig, setOverride } from "../config/load.ts";
import { envOverrides, modelFileOverrides, modelSetOverrides } from "../config/model-set.ts";
import { definitionText } from "../config/own-models.ts";
import { gridPoints } from "../config/schema.ts";
import type { Env } from "../cuda/home.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import type { Run } from "../engines/engine.ts";
import { initialParameters } from "../engines/initial-parameters.ts";
import { UsageError } from "../errors.ts";
import { type CodeModel, isCode, type Model } from "../models/code.ts";
import { paperCount, parameterBlocks, parameterCount } from "../models/parameters.ts";
import { type ParameterBlock, type Part, programOf } from "../models/program.ts";
import type { Dimensions, ModelSpec } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../models/zoo.ts";
import { type DescribeOptions, describeModel } from "../sweep/engines.ts";
import { runsAt } from "../sweep/plan.ts";
import { withTables } from "../sweep/share.ts";
import { printable } from "../text.ts";
import { parametersText, thousands } from "../units.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { agreeing, configFileOf } from "./one-run.ts";
import { choiceOption, collect, countOption, jsonText, outputFile, writeOutput } from "./options.ts";
import { npyHeader } from "./rows-output.ts";
import { type Room, roomOf } from "./text/blocks.ts";
import { codeText, type Description, modelText } from "./text/model-text.ts";
import { table, wrapped } from "./text/table.ts";

const PAPER_INPUTS = GENERATOR_PRESETS.paper.settings.inputs;

/** Tasks have directions of their own, so there are no more than inputs; more than this would take long. */
const MOST_TASKS = 1_000;

const HELP = examples(
  "mmoe models",
  "mmoe models --describe ple",
  "mmoe models --inputs 112 --tasks 3",
  "mmoe models --json",
  "mmoe models my.yaml",
  "mmoe models zoo --model-set ple.levels=3 --describe ple-levels-3",
  "mmoe models paper --initial mmoe --run 17 -o mmoe.npy",
);

const withOptions = (command: Command) =>
  command
    .argument("[config]", "a config, preset or results folder: list its models (default: all of mmoe's)")
    .option("--model <file>", "with a config: add your own model, as in mmoe sweep", collect, [])
    .option("--model-set <model.field=value>", "with a config: change a model, as in mmoe sweep", collect, [])
    .option("--env <name>", "let your own models see a variable, whose value then counts; repeatable", collect, [])
    .option("--python <path>", "for models in Python, the Python that loads them (default: as in mmoe sweep)")
    .option("--inputs <n>", `input dimension d (default: ${PAPER_INPUTS})`)
    .option("--tasks <n>", "tasks K (default: 2)")
    .option("--json", "as JSON: specs, and counts by part")
    .option("--describe <model>", "one model: formula, drawing, sizes, source; with --json its operations")
    .option("--initial <model>", "with a config: write a model's initial values in a run, in NumPy's format")
    .option("--run <i>", "with --initial: the run's index, from 0")
    .option("--set <key=value>", "with a config: any other setting; repeatable", collect, [])
    .option("-o, --output <file>", "with --initial: output file")
    .option("--overwrite", "replace the output file")
    .addHelpText("after", HELP);

type ModelsOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((config, options) => run((context) => show(config, options, context)));

async function show(file: string | undefined, options: ModelsOptions, { effects }: Context): Promise<void> {
  const { json = false, describe, initial } = options;
  checkInitial(file, options);
  const { stdout, env } = effects;
  const config = file === undefined ? undefined : sweepConfig(file, options, env);
  if (config && initial !== undefined) return writeInitial(config, initial, options);
  const models = config
    ? await configModels(config, { python: options.python, env })
    : zooModels(dimensionsOf(options));
  const room = roomOf(stdout);
  if (describe !== undefined) stdout.write(description(describe, models, json, room));
  else stdout.write(json ? jsonText(models.map(described)) : listText(models, room));
}

function dimensionsOf({ inputs, tasks, model, modelSet, set }: ModelsOptions): Dimensions {
  const given = { "--model": model, "--model-set": modelSet, "--set": set };
  const flag = Object.entries(given).find(([, texts]) => texts.length > 0)?.[0];
  if (flag) throw new UsageError(`${flag}: expected a config with the other models; give one, such as paper`);
  const D = countOption("--inputs", inputs ?? String(PAPER_INPUTS), 2);
  return { inputs: D, tasks: countOption("--tasks", tasks ?? "2", 2, Math.min(D, MOST_TASKS)) };
}

function sweepConfig(
  file: string,
  { inputs, tasks, model, modelSet, set, env: names }: ModelsOptions,
  variables: Env,
): Config {
  const flag = inputs === undefined ? tasks && "--tasks" : "--inputs";
  if (flag) throw new UsageError(`${flag}: already set by the config; omit it`);
  return loadConfig(configFileOf(file), [
    ...set.map(setOverride),
    ...modelFileOverrides(model),
    ...modelSetOverrides(modelSet),
    ...envOverrides(names, variables),
  ]);
}

function description(text: string, models: readonly Listed[], json: boolean, room: Room): string {
  const names = models.map(({ model }) => model.name);
  const name = choiceOption("--describe", text, names);
  const listed = models[names.indexOf(name)];
  const { model, about, formula, source, parts } = listed;
  const program = isCode(model) ? {} : { program: programJson(model) };
  if (json) return jsonText({ ...described(listed), about, formula, source, ...program });
  return isCode(model) ? codeText(model, about, parts, room) : modelText(model, { about, formula, source }, room);
}

function described({ model, parts, total, paper }: Listed) {
  return { ...model, parameters: { ...parts, total, ...(paper !== undefined && { paper }) } };
}

/** The operations of a model and the shapes of its tensors, which operations name. */
function programJson(model: ModelSpec): object {
  const { parameters, operations, outputs } = programOf(model);
  const plain = (_: string, value: unknown) => (isBlock(value) ? value.name : value);
  const given = operations.map(({ given: _, ...operation }) => operation);
  return {
    parameters: parameters.map(({ name, shape }) => ({ name, shape })),
    operations: JSON.parse(JSON.stringify(given, plain)),
    outputs,
  };
}

function isBlock(value: unknown): value is ParameterBlock {
  return typeof value === "object" && value !== null && "offset" in value && "name" in value;
}

function listText(models: readonly Listed[], room: Room): string {
  const listed = listedParts(models.map(({ model }) => model));
  const header = ["parameters of", ...listed, "total", "paper's"];
  const rows = models.map(({ model, parts, total, paper }) => {
    const ofParts = listed.map((part) => (isCode(model) ? "" : thousands(parts[part])));
    return [model.name, ...ofParts, parametersText(total), paper === undefined ? "" : thousands(paper)];
  });
  const notes = wrapped("paper's: as the paper counts, the kernels of experts and towers.", room.words);
  return `${table([header, ...rows], room.table)}\n${notes}\n\n${aboutText(models, room)}`;
}

/** What each model is, in a column beside the names; below its name where those leave little room. */
function aboutText(models: readonly Listed[], { words }: Room): string {
  const width = Math.max(...models.map(({ model }) => model.name.length)) + 2;
  const isBeside = width <= words / 2;
  const lines = models.map(({ model, about }) =>
    isBeside
      ? `${model.name.padEnd(width)}${wrapped(about, words, width)}\n`
      : `${model.name}\n  ${wrapped(about, words, 2)}\n`,
  );
  return lines.join("");
}

const LISTED_PARTS: readonly Part[] = ["experts", "gates", "links", "towers", "outputs"];

/** Embeddings are listed only if one of the models has some. */
function listedParts(models: readonly Model[]): readonly Part[] {
  const areEmbedded = models.some((model) => !isCode(model) && model.embeddings !== undefined);
  return areEmbedded ? ["embeddings", ...LISTED_PARTS] : LISTED_PARTS;
}

/** A model, what it is in some words, and how many parameters it has. */
interface Listed extends Description {
  readonly model: Model;
  /** Parameters by part; of a model in code, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly total: number;
  /** As the paper counts; undefined for a model in code. */
  readonly paper?: number;
}

function zooModels(dimensions: Dimensions): Listed[] {
  return MODEL_NAMES.map((name) => ofSpec(ZOO[name].build(dimensions), ZOO[name]));
}

/** Of a grid, the models at the first point: their sizes are the same at all. */
function configModels(config: Config, options: DescribeOptions): Promise<Listed[]> {
  const point = configAt(config, gridPoints(config)[0] ?? {});
  const listed = config.models.map((name) => {
    const model = modelOf(point, name);
    return isCode(model) ? ofCode(model, options) : ofSpec(model, descriptionOf(name, config));
  });
  return Promise.all(listed);
}

function descriptionOf(name: string, { ownModels }: Config): Description {
  const own = ownModels.find((model) => model.name === name);
  return own === undefined ? ZOO[name as ModelName] : { about: definitionText(own) };
}

function ofSpec(model: ModelSpec, { about, formula, source }: Description): Listed {
  const parts = Object.fromEntries(listedParts([model]).map((part) => [part, parameterCount(model, part)]));
  const counts = { parts, total: parameterCount(model), paper: paperCount(model) };
  return { model, about, ...(formula && { formula }), ...(source && { source }), ...counts };
}

async function ofCode(model: CodeModel, options: DescribeOptions): Promise<Listed> {
  const { about, parameters, size } = await describeModel(model, options);
  const parts = Object.fromEntries(Object.entries(parameters).map(([name, own]) => [printable(name), own]));
  return { model, about: printable(about || model.file), parts, total: size };
}

/** Refuses options that lack --initial, and --initial without a config or a file: UsageError. */
function checkInitial(config: string | undefined, { initial, run, output, overwrite }: ModelsOptions): void {
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
function writeInitial(config: Config, text: string, options: ModelsOptions): void {
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
  const [read] = run.training.outputBias === "base-rate" ? withTables([run]) : [run]; // the labels say it
  const values = Buffer.from(initialParameters(read as Run).buffer);
  writeOutput(file, Buffer.concat([header, values]));
}
