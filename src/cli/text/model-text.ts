// `mmoe models --describe`: a model in words, numbers and a drawing, at most 79 columns wide.
import { enginesOf } from "../../engines/check-run.ts";
import type { CodeModel, Model } from "../../models/code.ts";
import { traitsOf } from "../../models/gatings.ts";
import { flopPerRow, parameterBlocks, parameterCount } from "../../models/parameters.ts";
import { isFactor, type ParameterBlock } from "../../models/program.ts";
import {
  expertsOf,
  expertsOn,
  expertsTaughtBy,
  hasOneMix,
  hasSharedGate,
  levelCount,
  type ModelSpec,
} from "../../models/spec.ts";
import { groupBy } from "../../stats/group-by.ts";
import { parametersText, thousands } from "../../units.ts";
import type { Room } from "./blocks.ts";
import { table, wrapped } from "./table.ts";

const WIDTH = 79;
/** Tasks that fit a drawing. */
const DRAWN = 3;

/** What a model is, in words. The user's own have no formula and no source. */
export interface Description {
  readonly about: string;
  /** What it predicts, line by line. */
  readonly formula?: readonly string[] | undefined;
  readonly source?: string | undefined;
}

export function modelText(spec: ModelSpec, { about, formula = [], source = "" }: Description, room: Room): string {
  const width = widthIn(room);
  const facts = [
    ["FLOP", `${thousands(flopPerRow(spec))} per row, forward and backward`],
    ["source", source],
    ["engines", enginesOf(spec).join(", ")],
  ];
  return sectionsText([
    titleOf(spec, about, width),
    formula.map((line) => `  ${line.length + 2 > width ? wrapped(line, width, 4) : line}`).join("\n"),
    drawing(spec, room),
    sizes(spec, room),
    factsText(facts, width),
  ]);
}

function widthIn({ words }: Room): number {
  return Math.min(WIDTH, words);
}

/** A model in code; `parameters` by name. */
export function codeText(
  model: CodeModel,
  about: string,
  parameters: Readonly<Record<string, number>>,
  room: Room,
): string {
  const width = widthIn(room);
  const total = Object.values(parameters).reduce((sum, size) => sum + size, 0);
  const rows = [...Object.entries(parameters), ["total", total] as const];
  return sectionsText([
    titleOf(model, about, width),
    table([["", "parameters"], ...rows.map(([name, size]) => [name, parametersText(size)])], room.table),
    factsText(
      [
        ["file", model.file],
        ["engines", enginesOf(model).join(", ")],
      ],
      width,
    ),
  ]);
}

function titleOf({ name }: Model, about: string, width: number): string {
  return wrapped(`${name}: ${about}`, width, 2);
}

function factsText(facts: readonly (readonly string[])[], width: number): string {
  const told = facts.filter(([, text]) => text !== "");
  return told.map(([name = "", text = ""]) => `${name.padEnd(12)}${wrapped(text, width, 12)}`).join("\n");
}

function sectionsText(sections: readonly string[]): string {
  const told = sections.map((section) => section.trimEnd()).filter((section) => section !== "");
  return `${told.join("\n\n")}\n`;
}

/** A line for each stack of networks of one shape: how many, their layers, their parameters. */
function sizes(spec: ModelSpec, room: Room): string {
  const stacks = groupBy(
    Array.from(groupBy(parameterBlocks(spec), networkOf).values()),
    (network) => `${partOf(network)} ${layersOf(network)}`,
  );
  const rows = Array.from(stacks.values(), (networks) => {
    const [first] = networks;
    const size = networks.flat().reduce((sum, block) => sum + block.size, 0);
    return [partOf(first), String(networks.length), layersOf(first), thousands(size)];
  });
  const total = ["total", "", "", thousands(parameterCount(spec))];
  return table([["", "number", "units", "parameters"], ...rows, total], room.table);
}

/** What is one network: all its layers, but of factors each layer is. */
function networkOf(block: ParameterBlock): string {
  const { part, network, layer } = block;
  return `${part} ${network} ${isFactor(block) ? layer : ""}`;
}

/** `experts`, or `experts, level 2`, or `experts, cores` of factors. */
function partOf(network: readonly ParameterBlock[]): string {
  const first = network[0];
  const { part, level } = first;
  if (isFactor(first)) return `${part}, ${first.network.split("/")[2]}`;
  if (network.every(({ kind }) => kind === "bias")) return `${part}, biases`;
  return level === 0 ? part : `${part}, level ${level + 1}`;
}

/** Inputs and units of a network's layers: `100-16`. */
function layersOf(network: readonly ParameterBlock[]): string {
  const kernels = network.filter(({ kind }) => !["bias", "gain", "shift"].includes(kind));
  if (kernels.length === 0) return network.map(({ shape }) => shape[0]).join("-");
  return [kernels[0]?.shape[0], ...kernels.map(({ shape }) => shape[1])].join("-");
}

/** Which experts each task's mix is of, level by level: a column for each group of experts, a line for each mix. */
function drawing(spec: ModelSpec, room: Room): string {
  const tasks = Array.from({ length: Math.min(spec.tasks, DRAWN) }, (_, k) => k);
  const groups = groupsOf(spec, tasks);
  const header = ["experts", ...groups.map(({ name, experts }) => `${experts.length} ${name}`)];
  const levels = Array.from({ length: levelCount(spec) }, (_, level) => level);
  const lines = levels.flatMap((level) => levelLines(spec, level, groups, tasks));
  const marks = ["● mixed", ...(lines.some((line) => line.includes("+")) ? ["+ added as it is, too"] : [])];
  if (lines.some((line) => line.includes("○"))) marks.push("○ mixed, but not taught");
  if (tasks.length < spec.tasks) marks.push(`tasks 1 to ${DRAWN} of ${spec.tasks}`);
  return `${table([header, ...lines], room.table).trimEnd()}\n${wrapped(marks.join("; "), widthIn(room))}`;
}

/** Experts that the same mixes have, and the path that they are on. */
interface Group {
  readonly name: string;
  readonly path: number;
  readonly experts: readonly number[];
}

/** The shared experts: those that all tasks see, and those closed to each; then each task's own. */
function groupsOf(spec: ModelSpec, tasks: readonly number[]): Group[] {
  const { tasks: K, experts } = spec;
  const [shared, closed] = [expertsOn(spec, K), experts.closed ?? 0];
  const groups = [
    { name: "shared", path: K, experts: shared.slice(closed) },
    ...tasks.map((k) => {
      return { name: `not of task ${k + 1}`, path: K, experts: shared.slice(0, closed).filter((e) => e % K === k) };
    }),
    ...tasks.map((k) => ({ name: `of task ${k + 1}`, path: k, experts: expertsOn(spec, k) })),
  ];
  return groups.filter((group) => group.experts.length > 0);
}

function levelLines(spec: ModelSpec, level: number, groups: readonly Group[], tasks: readonly number[]): string[][] {
  const reads = levelCount(spec) === 1 ? "read" : `level ${level + 1} reads`;
  const input = (path: number) => (level === 0 ? "x" : mixName(spec, level - 1, path));
  const mixes = hasOneMix(spec) ? [0] : [...tasks, ...(hasSharedGate(spec, level) ? [spec.tasks] : [])];
  return [
    [reads, ...groups.map((group) => input(group.path))],
    ...mixes.map((path) => [`  ${mixTo(spec, level, path)}`, ...groups.map((group) => mark(spec, path, group))]),
  ];
}

/** A mix and, in the last level, the prediction that is made of it. */
function mixTo(spec: ModelSpec, level: number, path: number): string {
  const name = mixName(spec, level, path);
  if (level < levelCount(spec) - 1) return name;
  const task = hasOneMix(spec) ? "k" : path + 1;
  return `y_${task} = t_${task}(${name})`;
}

/** A task's mix of a level, `m_1`, or the one for all; in the second level `m_1'`, and so on. */
function mixName(spec: ModelSpec, level: number, path: number): string {
  if (hasOneMix(spec)) return "m";
  return `m_${path === spec.tasks ? "s" : path + 1}${"'".repeat(level)}`;
}

/** How a path's mix uses a group of experts. */
function mark(spec: ModelSpec, path: number, group: Group): string {
  const [first] = group.experts;
  if (!expertsOf(spec, path).includes(first)) return ".";
  if (path === group.path && path < spec.tasks && traitsOf(spec).isResidual) return "●+";
  return expertsTaughtBy(spec, path).includes(first) ? "●" : "○";
}
