// Traced loops over variables that stay on the device: one graph in a session of its own, loaded as a SavedModel.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { Graph } from "./graph.ts";
import { type Loop, operationCount, type TracedLoop, traceLoop } from "./loop.ts";
import { savedModelBytes } from "./protobuf.ts";
import type { Specs, Tensors } from "./step.ts";
import { type TensorflowBackend, tensorflowBackend } from "./tensorflow-backend.ts";
import { addLoop, addVariables, feedNames, fetchNames } from "./top-graph.ts";

export interface ProgramSpec {
  readonly variables: Specs;
  readonly loops: Readonly<Record<string, Loop>>;
  /** Let operations of a step run in parallel: better for large ones, costs some time in each step. */
  readonly concurrent?: boolean;
  /** Let XLA compile each step into one computation. */
  readonly xla?: boolean;
}

export class Program {
  readonly #tf: Tf;
  readonly #backend: TensorflowBackend;
  readonly #loops: ReadonlyMap<string, TracedLoop>;
  readonly #model: number;

  /** Traces every loop and loads the graph, which takes a second. The owner calls `dispose`. */
  constructor(tf: Tf, { variables, loops, concurrent = false, xla = false }: ProgramSpec) {
    this.#tf = tf;
    this.#backend = tensorflowBackend(tf);
    const traced = Object.entries(loops).map(([name, loop]) => traceLoop(tf, name, loop, variables, { xla }));
    const graph = new Graph();
    const handles = addVariables(graph, variables);
    for (const loop of traced) addLoop(graph, loop, handles, concurrent);
    const functions = traced.flatMap(({ step, body, condition }) => [step, body, condition]);
    this.#loops = new Map(traced.map((loop) => [loop.name, loop]));
    this.#model = load(this.#backend, savedModelBytes({ nodes: graph.nodes, functions }));
  }

  /** Sets variables. One that was never set can't be used. */
  assign(values: Tensors): void {
    const feeds = new Map(Object.entries(values).map(([key, tensor]) => [feedNames.newValue(key), tensor]));
    this.#tf.dispose(this.#call(feeds, Object.keys(values).map(fetchNames.assigned)));
  }

  /** The variables' values: tensors that the caller disposes of. */
  read(...variables: string[]): Tensor[] {
    return this.#call(new Map(), variables.map(fetchNames.value));
  }

  /**
   * Runs a loop for `steps` steps on the fed data [steps, ...]. Returns its outputs [steps, ...], which the caller
   * disposes of. Blocks JavaScript until they are there.
   */
  run(loop: string, steps: number, fed: Tensors): Tensors {
    const { fed: keys, ...traced } = this.#loop(loop);
    const outputs = Object.keys(traced.outputs);
    const feeds = new Map([[feedNames.steps(loop), this.#tf.scalar(steps, "int32") as Tensor]]);
    for (const key of keys) {
      const tensor = fed[key];
      if (tensor?.shape[0] !== steps)
        throw new RangeError(`run: ${loop}: ${key}: expected [${steps}, ...], got [${tensor?.shape}]`);
      feeds.set(feedNames.fed(loop, key), tensor);
    }
    const values = this.#call(
      feeds,
      outputs.map((key) => fetchNames.output(loop, key)),
    );
    this.#tf.dispose(feeds.get(feedNames.steps(loop)) as Tensor);
    return Object.fromEntries(outputs.map((key, i) => [key, values[i] as Tensor]));
  }

  /** Operations of one step of a loop. */
  operations(loop: string): number {
    return operationCount(this.#loop(loop));
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#model);
  }

  #loop(name: string): TracedLoop {
    const loop = this.#loops.get(name);
    if (!loop) throw new RangeError(`Program: expected a loop of ${[...this.#loops.keys()].join(", ")}, got ${name}`);
    return loop;
  }

  #call(feeds: ReadonlyMap<string, Tensor>, fetches: string[]): Tensor[] {
    const bits = Array.from(feeds.values(), (tensor) => this.#bitsOf(tensor));
    try {
      const ids = this.#backend.getInputTensorIds(bits);
      const outputs = this.#backend.binding.runSavedModel(this.#model, ids, [...feeds.keys()].join(), fetches.join());
      return outputs.map((output) => this.#backend.createOutputTensor(output));
    } finally {
      this.#tf.dispose(bits);
    }
  }

  /** A new tensor to feed to the graph: tensors made of arrays that no operation has used yet never leave the host. */
  #bitsOf(tensor: Tensor): Tensor {
    if (tensor.dtype !== "float32") return tensor.clone();
    const { buffer, byteOffset, length } = tensor.dataSync<"float32">() as Float32Array;
    return this.#tf.tensor(new Int32Array(buffer, byteOffset, length), tensor.shape, "int32");
  }
}

/** Loads a SavedModel from a temporary folder, which TensorFlow needs only while it loads. */
function load({ binding }: TensorflowBackend, bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), bytes);
    return binding.loadSavedModel(folder, "serve");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
