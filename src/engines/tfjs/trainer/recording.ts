// Records the operations that tfjs runs on its tensorflow backend as nodes of a graph, while they run once.
import { isDeepStrictEqual } from "node:util";
import type { KernelConfig, Tensor } from "@tensorflow/tfjs-core";
import {
  type Binding,
  type BindingAttribute,
  type TensorflowBackend,
  tensorflowBackend,
} from "../tensorflow-backend.ts";
import type { Tf } from "../tf.ts";
import {
  type Attribute,
  bitsAs,
  type Constant,
  DTYPE,
  Graph,
  liveNodes,
  type Node,
  outputOf,
  passedAs,
  type Value,
  valueType,
} from "./graph.ts";
import type { Specs, Step, TensorSpec, Tensors, Update } from "./program.ts";
import type { GraphFunction } from "./protobuf.ts";
import { RecordingError } from "./signatures.ts";

/** A step as a function, whose arguments and results are passed as `passedAs` says. */
export interface RecordedStep {
  readonly definition: GraphFunction;
  /** The values that its results represent: those of `next`, of the updates' inputs, then the outputs. */
  readonly results: readonly Value[];
  /** The names, of those given, that it uses. */
  readonly inputs: readonly string[];
  readonly next: Readonly<Record<string, Value>>;
  readonly updates: readonly Update<Value>[];
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Runs `step`, twice, on zeros of the specs' shapes, and writes down what it does. */
export function recordStep(tf: Tf, name: string, step: Step, specs: Specs): RecordedStep {
  const graph = new Graph();
  const entries = Object.entries(specs);
  const args = entries.map(([, spec], i) => graph.argument(`argument_${i}`, passedAs(valueType(spec))));
  const zeros = entries.map(([, spec]) => zerosOf(tf, spec));
  const samples = Object.fromEntries(entries.map(([key], i) => [key, zeros[i]]));
  const given = entries.map(([, { dtype }], i): RecordedInput => {
    return [zeros[i], bitsAs(graph, args[i], DTYPE[dtype])];
  });

  let returned: Required<ReturnType<Step>> = { next: {}, updates: [], outputs: {} };
  let results: Value[] = [];
  try {
    results = recordOperations(tf, graph, given, () => {
      returned = { next: {}, updates: [], ...step(samples) };
      const { next, updates, outputs } = returned;
      return [...Object.values(next), ...updates.flatMap(({ inputs }) => inputs), ...Object.values(outputs)];
    });
  } finally {
    tf.dispose(zeros);
  }

  let taken = 0;
  const take = (): Value => results[taken++];
  const byName = (tensors: Tensors) => Object.fromEntries(Object.keys(tensors).map((key) => [key, take()]));
  const next = byName(returned.next);
  const updates = returned.updates.map((update) => ({ ...update, inputs: update.inputs.map(take) }));
  const passed = results.map((value) => bitsAs(graph, value, passedAs(value).dtype));
  const nodes = liveNodes(
    graph.nodes,
    passed.map(({ node }) => node),
  );
  const isUsed = (i: number): boolean => nodes.includes(args[i].node);
  return {
    definition: { name, nodes, arguments: args.filter((_, i) => isUsed(i)), results: passed },
    results,
    inputs: Object.keys(specs).filter((_, i) => isUsed(i)),
    next,
    updates,
    outputs: byName(returned.outputs),
  };
}

/** The shape with 1 for each size that may differ. */
function zerosOf(tf: Tf, { shape, dtype }: TensorSpec): Tensor {
  const sizes = shape.map((size) => size ?? 1);
  return tf.zeros(sizes, dtype);
}

/** A tensor that the recorded function works on, and the value that it represents. */
export type RecordedInput = readonly [Tensor, Value];

/**
 * Adds to `graph` every operation that `compute` calls; returns the values of the tensors that it returns. Whatever it
 * computes without tensors is frozen. It runs twice: throws RecordingError for a constant that differs the second time
 * (a random number, a counter), for a tensor from outside that is not `given`, and for a tensor that is read.
 */
export function recordOperations(
  tf: Tf,
  graph: Graph,
  given: readonly RecordedInput[],
  compute: () => Tensor[],
): Value[] {
  const again = new Graph();
  new Recording(tf, again, given).run(compute);
  const start = graph.nodes.length;
  const results = new Recording(tf, graph, given).run(compute);
  expectSame(graph.nodes.slice(start), again.nodes);
  return results;
}

class Recording {
  readonly #tf: Tf;
  readonly #graph: Graph;
  readonly #backend: TensorflowBackend;
  readonly #values = new Map<number, Value>();
  /** Data ids of the tensors that are given or made here. */
  readonly #ours = new WeakSet<object>();

  constructor(tf: Tf, graph: Graph, given: readonly RecordedInput[]) {
    this.#tf = tf;
    this.#graph = graph;
    this.#backend = tensorflowBackend(tf);
    const ids = this.#backend.getInputTensorIds(given.map(([tensor]) => tensor));
    for (const [i, [tensor, value]] of given.entries()) {
      const id = ids[i];
      if (!this.#values.has(id)) this.#values.set(id, value); // the same tensor again is the same input
      this.#ours.add(tensor.dataId);
    }
  }

  run(compute: () => Tensor[]): Value[] {
    const tf = this.#tf;
    let results: Value[] = [];
    const listen = () =>
      tf.tidy(() => {
        results = this.#backend.getInputTensorIds(compute()).map((id) => this.#valueOf(id, "result"));
      });
    withReplaced(this.#backend, this.#listeners(), () => withUncheckedGather(tf, listen));
    return results;
  }

  /** The backend's methods that make or use tensors. */
  #listeners(): Partial<TensorflowBackend> {
    const backend = this.#backend;
    const [write, createOutput, idsOf] = [backend.write, backend.createOutputTensor, backend.getInputTensorIds];
    return {
      binding: this.#spy(backend.binding),
      write: (...args) => {
        const dataId = write.apply(backend, args);
        this.#ours.add(dataId);
        return dataId;
      },
      createOutputTensor: (metadata) => {
        const tensor = createOutput.call(backend, metadata);
        this.#ours.add(tensor.dataId);
        return tensor;
      },
      getInputTensorIds: (tensors) => {
        for (const tensor of tensors) this.#expectOurs(tensor);
        return idsOf.call(backend, tensors);
      },
    };
  }

  /** The binding, with calls recorded. It uses descriptors: properties of the binding, and of a copy, are read-only. */
  #spy(binding: Binding): Binding {
    const recorded: Partial<Binding> = {
      createTensor: (shape, dtype, values) => {
        const id = binding.createTensor(shape, dtype, values);
        this.#values.set(id, this.#graph.constant(constantOf(shape, dtype, values)));
        return id;
      },
      executeOp: (op, attributes, inputs, count) => {
        const values = inputs.map((id) => this.#valueOf(id, op));
        const named = Object.fromEntries(attributes.map((each) => [each.name, attributeOf(binding, op, each)]));
        const outputs = binding.executeOp(op, attributes, inputs, count);
        if (outputs.length === 0) throw new RecordingError(`${op} has no output: what it does can't be recorded`);
        const node = this.#graph.add(op, values, outputs, { attributes: named });
        for (const [i, { id }] of outputs.entries()) this.#values.set(id, outputOf(node, i));
        return outputs;
      },
      tensorDataSync: () => {
        throw new RecordingError(
          "a tensor is read inside of the recording; what follows from its values would be frozen",
        );
      },
    };
    return Object.create(binding, Object.getOwnPropertyDescriptors(recorded)) as Binding;
  }

  #valueOf(id: number, user: string): Value {
    const value = this.#values.get(id);
    if (!value) throw new RecordingError(`${user}: tensor ${id} was made outside of the recording`);
    return value;
  }

  #expectOurs({ dataId, shape, dtype }: Tensor): void {
    if (this.#ours.has(dataId)) return;
    const what = `a tensor of ${dtype} [${shape.join(", ")}]`;
    throw new RecordingError(`${what} was made before the recording: make it an input, or make it inside`);
  }
}

function constantOf(shape: readonly number[], dtype: number, values: ArrayLike<number>): Constant {
  if (dtype === DTYPE.float32) return { dtype, shape, values: Float32Array.from(values) };
  if (dtype === DTYPE.int32) return { dtype, shape, values: Int32Array.from(values) };
  if (dtype === DTYPE.bool) return { dtype, shape, values: Uint8Array.from(values) };
  throw new RecordingError(
    `a constant of TensorFlow's type ${dtype} can't be recorded: expected float32, int32 or bool`,
  );
}

/** Refuses two recordings of one function that differ. */
function expectSame(nodes: readonly Node[], others: readonly Node[]): void {
  const differs = nodes.length !== others.length || nodes.some((node, i) => node.op !== others[i]?.op);
  if (differs) throw new RecordingError("the function calls other operations when it runs again");
  for (const [i, { attributes, outputs }] of nodes.entries()) {
    if (isDeepStrictEqual(attributes, others[i]?.attributes)) continue;
    const shape = outputs[0]?.shape.join(", ");
    throw new RecordingError(`a constant [${shape}] is another when the function runs again: make it an input`);
  }
}

interface GatherArguments {
  readonly inputs: { readonly x: Tensor; readonly indices: Tensor };
  readonly attrs: { readonly axis: number; readonly batchDims: number };
  readonly backend: TensorflowBackend;
}

/** Calls `body` while tf.gather does not read its indices: tfjs checks their range in JavaScript, a graph by itself. */
function withUncheckedGather<R>(tf: Tf, body: () => R): R {
  const checked = tf.getKernel("GatherV2", tf.getBackend());
  const kernelFunc = ({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }: GatherArguments) => {
    const attributes = [{ name: "batch_dims", type: backend.binding.TF_ATTR_INT, value: batchDims }];
    return backend.executeSingleOutput("GatherV2", attributes, [x, indices, tf.scalar(axis, "int32")]);
  };
  replaceKernel(tf, { ...checked, kernelFunc: kernelFunc as unknown as KernelConfig["kernelFunc"] });
  try {
    return body();
  } finally {
    replaceKernel(tf, checked);
  }
}

function replaceKernel(tf: Tf, kernel: KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}

/** An attribute of a call of tfjs as one of a node. Throws TypeError for a kind that can't be recorded. */
function attributeOf(binding: Binding, op: string, { name, type, value }: BindingAttribute): Attribute {
  if (type === binding.TF_ATTR_TYPE && typeof value === "number") return { kind: "type", value };
  if (type === binding.TF_ATTR_BOOL && typeof value === "boolean") return { kind: "bool", value };
  if (type === binding.TF_ATTR_FLOAT && typeof value === "number") return { kind: "float", value };
  if (type === binding.TF_ATTR_STRING && typeof value === "string") return { kind: "string", value };
  if (type === binding.TF_ATTR_SHAPE && isNumbers(value)) return { kind: "shape", value };
  if (type === binding.TF_ATTR_INT && typeof value === "number") return { kind: "int", value };
  if (type === binding.TF_ATTR_INT && isNumbers(value)) return { kind: "ints", value };
  throw new RecordingError(`${op}: attribute ${name} can't be recorded: ${JSON.stringify(value)} of type ${type}`);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((element) => typeof element === "number");
}

/** Calls `body` while `object` has `replacements` as its own properties, whatever was there before. */
function withReplaced<T extends object, R>(object: T, replacements: Partial<T>, body: () => R): R {
  const names = Object.keys(replacements) as (keyof T)[];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(object, name));
  for (const name of names)
    Object.defineProperty(object, name, { value: replacements[name], configurable: true, writable: true });
  try {
    return body();
  } finally {
    for (const [i, name] of names.entries()) {
      delete object[name];
      if (before[i]) Object.defineProperty(object, name, before[i]);
    }
  }
}
