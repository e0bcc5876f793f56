import type { Binding, BindingAttribute } from "./tensorflow-backend.ts";
import { UntraceableError } from "./untraceable.ts";

/** A value that an operation is configured by: TensorFlow's AttrValue, as far as it is needed here. */
export type Attribute =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "type"; readonly value: number }
  | { readonly kind: "shape"; readonly value: Shape }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "types"; readonly value: readonly number[] }
  | { readonly kind: "shapes"; readonly value: readonly Shape[] }
  | { readonly kind: "function"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Constant };

export type Attributes = Readonly<Record<string, Attribute>>;

/** `null`: of any size. */
export type Shape = readonly (number | null)[];

export interface Constant {
  readonly dtype: number;
  readonly shape: readonly number[];
  /** Row-major; a single one stands for all. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** An attribute of an eager call as one of a node. Throws TypeError for a kind that can't be traced. */
export function attributeOf(binding: Binding, op: string, { name, type, value }: BindingAttribute): Attribute {
  if (type === binding.TF_ATTR_TYPE && typeof value === "number") return { kind: "type", value };
  if (type === binding.TF_ATTR_BOOL && typeof value === "boolean") return { kind: "bool", value };
  if (type === binding.TF_ATTR_FLOAT && typeof value === "number") return { kind: "float", value };
  if (type === binding.TF_ATTR_STRING && typeof value === "string") return { kind: "string", value };
  if (type === binding.TF_ATTR_SHAPE && isNumbers(value)) return { kind: "shape", value };
  if (type === binding.TF_ATTR_INT && typeof value === "number") return { kind: "int", value };
  if (type === binding.TF_ATTR_INT && isNumbers(value)) return { kind: "ints", value };
  throw new UntraceableError(`${op}: attribute ${name} can't be traced: ${JSON.stringify(value)} of type ${type}`);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((element) => typeof element === "number");
}
