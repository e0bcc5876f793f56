// Needs TensorFlow with CUDA, but no card: MMOE_CUDA_HOME=... npx vitest run --mode native kernels
import { PbfReader } from "pbf";
import { expect, test, vi } from "vitest";
import { isForCards } from "../../../src/cuda/binding.ts";
import { homePaths } from "../../../src/cuda/home.ts";
import { groupOf } from "../../../src/engines/tfjs/groups.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { Graph, type Node } from "../../../src/engines/tfjs/trainer/graph.ts";
import { GraphProgram } from "../../../src/engines/tfjs/trainer/graph-program.ts";
import { trainingProgram } from "../../../src/engines/tfjs/trainer/training-program.ts";
import { trainingShape } from "../../../src/engines/tfjs/trainer/training-shape.ts";
import { groupBy } from "../../../src/stats/group-by.ts";
import { PAIR_DROPOUT, tinyRun } from "../../engines/tfjs/runs.ts";
import { range } from "../../support/reference.ts";
import { SPECS } from "../../support/specs.ts";
import { printedBy } from "./library.ts";

const home = process.env.MMOE_CUDA_HOME as string;

interface Kernel {
  op: string;
  device: string;
  /** The types that it is for, by the attribute that holds them. */
  readonly types: Record<string, number[]>;
}

/** Those that run on a card. */
function cardKernels(): Kernel[] {
  const readKernels = (tag: number, kernels: Kernel[], pbf: PbfReader) => {
    if (tag === 1) kernels.push(pbf.readMessage(readKernel, { op: "", device: "", types: {} }));
  };
  const all = new PbfReader(printedBy("TF_GetAllRegisteredKernels")).readFields<Kernel[]>(readKernels, []);
  return all.filter(({ device }) => device === "GPU" || device === "DEFAULT");
}

/** KernelDef and its AttrConstraint: a name, and allowed values whose list has types. */
function readKernel(tag: number, kernel: Kernel, pbf: PbfReader): void {
  if (tag === 1) kernel.op = pbf.readString();
  if (tag === 2) kernel.device = pbf.readString();
  if (tag !== 3) return;
  const { name, allowed } = pbf.readMessage(
    (at: number, constraint: { name: string; allowed: number[] }) => {
      if (at === 1) constraint.name = pbf.readString();
      if (at === 2) pbf.readMessage(readAllowed, constraint.allowed);
    },
    { name: "", allowed: [] },
  );
  kernel.types[name] = allowed;
}

function readAllowed(tag: number, types: number[], pbf: PbfReader): void {
  if (tag === 1) pbf.readMessage((at: number, list: number[]) => at === 6 && pbf.readPackedVarint(list), types);
}

/** What training consists of: all kinds of models, by both optimizers, on fixed sets and fresh rows, at two rates. */
async function trainingNodes(): Promise<Node[]> {
  const tf = await loadTf("tensorflow");
  const add = vi.spyOn(Graph.prototype, "add");
  const models = [...SPECS.filter(({ tasks }) => tasks > 1).map((spec) => ({ ...spec, tasks: 2 })), PAIR_DROPOUT];
  for (const optimizer of ["adam", "sgd"] as const)
    for (const trainRows of [17, "fresh"] as const) {
      const companies = range(2).map((index) =>
        models.flatMap((model) => [0.01, 0.1].map((lr) => tinyRun({ index, model }, { optimizer, trainRows, lr }))),
      );
      new GraphProgram(tf, trainingProgram(tf, trainingShape(groupOf(companies)))).dispose();
    }
  return add.mock.results.map(({ value }) => value as Node);
}

test.runIf(isForCards({ folder: homePaths(home).binding, home }))(
  "every operation of training has a kernel for cards, for its types",
  async () => {
    const kernels = groupBy(cardKernels(), ({ op }) => op);
    const without = (await trainingNodes()).filter(({ op, attributes }) => {
      const fits = ([name, allowed]: [string, number[]]): boolean => {
        const attribute = attributes[name];
        return attribute?.kind !== "type" || allowed.length === 0 || allowed.includes(attribute.value);
      };
      return !kernels.get(op)?.some(({ types }) => Object.entries(types).every(fits));
    });
    expect(without.map(({ op, attributes }) => [op, attributes])).toEqual([]);
  },
);
