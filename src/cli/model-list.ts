// What `mmoe models` knows of each model: of mmoe's own, and of those of a config.
import { type Config, configAt, modelOf } from "../config/config.ts";
import { gridPoints } from "../config/grid.ts";
import { definitionText } from "../config/own-models.ts";
import { type CodeModel, isCode, type Model } from "../models/code.ts";
import { type Part, paperCount, parameterCount } from "../models/parameters.ts";
import type { Ends } from "../models/shapes.ts";
import type { ModelSpec } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../models/zoo.ts";
import { printable } from "../printable.ts";
import { type DescribeOptions, describeModel } from "../sweep/describe-model.ts";

const LISTED_PARTS: readonly Part[] = ["experts", "gates", "links", "towers", "outputs"];

/** Embeddings are listed only if one of the models has some. */
export function listedParts(models: readonly Model[]): readonly Part[] {
  const areEmbedded = models.some((model) => !isCode(model) && model.embeddings !== undefined);
  return areEmbedded ? ["embeddings", ...LISTED_PARTS] : LISTED_PARTS;
}

/** A model, what it is in some words, and how many parameters it has. */
export interface Listed {
  readonly model: Model;
  readonly about: string;
  /** Of mmoe's own models: what they predict, line by line. */
  readonly formula?: readonly string[];
  readonly source?: string;
  /** Parameters by part; of a model in code, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly total: number;
  /** As the paper counts; undefined for a model in code. */
  readonly paper?: number;
}

export function zooModels(ends: Ends): Listed[] {
  return MODEL_NAMES.map((name) => ofSpec(ZOO[name].build(ends), ZOO[name]));
}

/** Of a grid, the models at the first point: their sizes are the same at all. */
export function configModels(config: Config, options: DescribeOptions): Promise<Listed[]> {
  const point = configAt(config, gridPoints(config)[0] ?? {});
  const listed = config.models.map((name) => {
    const model = modelOf(point, name);
    return isCode(model) ? ofCode(model, options) : ofSpec(model, entryOf(name, config));
  });
  return Promise.all(listed);
}

type Entry = Pick<Listed, "about" | "formula" | "source">;

function entryOf(name: string, { ownModels }: Config): Entry {
  const own = ownModels.find((model) => model.name === name);
  return own === undefined ? ZOO[name as ModelName] : { about: definitionText(own) };
}

function ofSpec(model: ModelSpec, { about, formula, source }: Entry): Listed {
  const parts = Object.fromEntries(listedParts([model]).map((part) => [part, parameterCount(model, part)]));
  const counts = { parts, total: parameterCount(model), paper: paperCount(model) };
  return { model, about, ...(formula && { formula }), ...(source && { source }), ...counts };
}

async function ofCode(model: CodeModel, options: DescribeOptions): Promise<Listed> {
  const { about, parameters, size } = await describeModel(model, options);
  const parts = Object.fromEntries(Object.entries(parameters).map(([name, own]) => [printable(name), own]));
  return { model, about: printable(about || model.file), parts, total: size };
}
