import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@tensorflow/tfjs-core";
import { type TensorflowBackend, tensorflowBackend } from "../tensorflow-backend.ts";
import type { Tf } from "../tf.ts";
import {
  type Attributes,
  assignment,
  bitsAs,
  DTYPE,
  Graph,
  outputOf,
  passedAs,
  RESOURCE,
  readVariable,
  SCALAR,
  type Value,
  type ValueType,
  valueType,
} from "./graph.ts";
import { type RecordedLoop, recordLoop } from "./graph-loop.ts";
import type { Program, ProgramSpec, Specs, TensorSpec, Tensors } from "./program.ts";
import { savedModelBytes } from "./protobuf.ts";

/** A program as one graph in a session of its own, loaded as a SavedModel. */
export class GraphProgram implements Program {
  readonly takesAnySize = false;
  readonly #tf: Tf;
  readonly #backend: TensorflowBackend;
  readonly #variables: Specs;
  readonly #loops: ReadonlyMap<string, RecordedLoop>;
  readonly #model: number;

  /** Records every loop and loads the graph, which takes a second. The owner calls `dispose`. */
  constructor(tf: Tf, { variables, loops, concurrent = false }: ProgramSpec) {
    this.#tf = tf;
    this.#variables = variables;
    this.#backend = tensorflowBackend(tf);
    const recorded = Object.entries(loops).map(([name, loop]) => recordLoop(tf, name, loop, variables));
    const graph = new Graph();
    const entries = Object.entries(variables).map(([name, spec]) => [name, addVariable(graph, name, spec)] as const);
    const handles = new Map(entries);
    for (const loop of recorded) addLoop(graph, loop, handles, concurrent);
    const functions = recorded.flatMap(({ step, body, condition }) => [step, body, condition]);
    this.#loops = new Map(recorded.map((loop) => [loop.name, loop]));
    this.#model = load(this.#backend, savedModelBytes({ nodes: graph.nodes, functions }));
  }

  assign(values: Tensors): void {
    const feeds = new Map(Object.entries(values).map(([key, tensor]) => [feedNames.newValue(key), tensor]));
    this.#tf.dispose(this.#call(feeds, Object.keys(values).map(fetchNames.assigned)));
  }

  assignTable(name: string, rows: Float32Array, width: number): void {
    const tf = this.#tf;
    tf.tidy(() => this.assign({ [name]: tf.tensor(rows, [rows.length / width, width]) }));
  }

  read(...variables: string[]): Tensor[] {
    return this.#call(new Map(), variables.map(fetchNames.value));
  }

  run(loop: string, steps: number, fed: Tensors): Tensors {
    const { fed: keys, outputs: ofStep } = this.#loop(loop);
    const outputs = Object.keys(ofStep);
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
    this.#tf.dispose(feeds.get(feedNames.steps(loop)));
    return Object.fromEntries(outputs.map((key, i) => [key, values[i]]));
  }

  /** Only the shape of variables of any size can change. */
  clear(): void {
    const tf = this.#tf;
    tf.tidy(() => {
      for (const [name, { shape, dtype }] of Object.entries(this.#variables))
        if (shape.includes(null))
          this.assign({
            [name]: tf.zeros(
              shape.map((size) => size ?? 0),
              dtype,
            ),
          });
    });
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#model);
  }

  #loop(name: string): RecordedLoop {
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
    const { buffer, byteOffset, length } = tensor.dataSync<"float32">();
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

/** The names of a session's inputs and outputs. */
const feedNames = {
  newValue: (variable: string) => `${variable}/new`,
  steps: (loop: string) => `${loop}/steps`,
  fed: (loop: string, key: string) => `${loop}/fed/${key}`,
};
const fetchNames = {
  assigned: (variable: string) => `${variable}/assigned`,
  value: (variable: string) => `${variable}/value`,
  output: (loop: string, key: string) => `${loop}/output/${key}`,
};

/** Adds a variable with nodes to assign and to read it; returns its handle. */
function addVariable(graph: Graph, name: string, spec: TensorSpec): Value {
  const type = passedAs(valueType(spec));
  const attributes: Attributes = {
    dtype: { kind: "type", value: type.dtype },
    shape: { kind: "shape", value: type.shape },
    shared_name: { kind: "string", value: name },
  };
  const handle = graph.value("VarHandleOp", [], RESOURCE, { name, attributes });
  const assigned = assignment(graph, handle, fromHost(graph, feedNames.newValue(name), type));
  const done = graph.integers([1], []);
  graph.value("Identity", [done], SCALAR, { name: fetchNames.assigned(name), after: [assigned] });
  const value = bitsAs(graph, readVariable(graph, handle, type), valueType(spec).dtype);
  graph.value("Identity", [value], valueType(spec), { name: fetchNames.value(name) });
  return handle;
}

/**
 * Data fed to a call, as bits of int32: the binding leaves int32 on the host, where the session reads it. It would send
 * floats to a card first, and then fetch them from there.
 */
function fromHost(graph: Graph, name: string, type: ValueType): Value {
  const dtype = type.dtype === DTYPE.float32 ? DTYPE.int32 : type.dtype;
  return bitsAs(graph, graph.placeholder(name, { ...type, dtype }), type.dtype);
}

/** Adds a loop with any number of steps. `handles`: those of all variables. */
function addLoop(graph: Graph, loop: RecordedLoop, handles: ReadonlyMap<string, Value>, concurrent: boolean): void {
  const { name, types } = loop;
  const steps = graph.placeholder(feedNames.steps(name), SCALAR);
  const handleOf = (key: string): Value => handles.get(key) as Value;
  const places = carriedBy(loop);
  const carried = types.map((type, at): Value => {
    const { kind, key } = places[at];
    if (kind === "fed") return fromHost(graph, feedNames.fed(name, key), type);
    if (kind === "inPlace") return handleOf(key);
    if (kind === "variables") return readVariable(graph, handleOf(key), type);
    if (kind === "outputs") return zeroRows(graph, steps, type);
    return key === "steps" ? steps : graph.integers([0], []);
  });

  const op = (loop.body.effects ?? []).length > 0 ? "While" : "StatelessWhile";
  const around = graph.add(op, carried, types, { attributes: whileAttributes(loop, concurrent) });
  const written = places.flatMap(({ kind, key }, at) =>
    kind === "variables" && loop.written.has(key) ? [assignment(graph, handleOf(key), outputOf(around, at))] : [],
  );
  for (const [at, { kind, key }] of places.entries()) {
    if (kind !== "outputs") continue;
    const { dtype } = loop.outputs[key];
    const value = bitsAs(graph, outputOf(around, at), dtype);
    graph.value("Identity", [value], value, { name: fetchNames.output(name, key), after: [around, ...written] });
  }
}

interface Carried {
  readonly kind: "counter" | "fed" | "inPlace" | "variables" | "outputs";
  readonly key: string;
}

/** The values that a loop carries, in their order. */
function carriedBy(loop: RecordedLoop): Carried[] {
  const { fed, inPlace, variables, outputs } = loop;
  const kinds = { counter: ["step", "steps"], fed, inPlace, variables, outputs: Object.keys(outputs) } as const;
  const entries = Object.entries(kinds) as [Carried["kind"], readonly string[]][];
  return entries.flatMap(([kind, keys]) => keys.map((key) => ({ kind, key })));
}

function whileAttributes({ types, body, condition }: RecordedLoop, concurrent: boolean): Attributes {
  return {
    T: { kind: "types", value: types.map(({ dtype }) => dtype) },
    cond: { kind: "function", value: condition.name },
    body: { kind: "function", value: body.name },
    output_shapes: { kind: "shapes", value: types.map(({ shape }) => shape) },
    parallel_iterations: { kind: "int", value: 1 }, // else up to ten hold their memory at once
    _lower_using_switch_merge: { kind: "bool", value: concurrent },
  };
}

/** Zeros [steps, ...shape] for outputs of type [null, ...shape]. */
function zeroRows(graph: Graph, steps: Value, type: ValueType): Value {
  const sizes = [steps, ...type.shape.slice(1).map((size) => graph.integers([size as number], []))];
  const shape = graph.value("Pack", sizes, { dtype: DTYPE.int32, shape: [sizes.length] });
  const zero = graph.constant({ dtype: type.dtype, shape: [], values: zeroOf(type.dtype) });
  return graph.value("Fill", [shape, zero], type);
}

function zeroOf(dtype: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === DTYPE.float32) return new Float32Array(1);
  return dtype === DTYPE.int32 ? new Int32Array(1) : new Uint8Array(1);
}
