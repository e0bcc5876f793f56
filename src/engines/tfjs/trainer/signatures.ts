// What a recording must know about TensorFlow's operations that tfjs does not say: which attributes name the types of
// the inputs, the outputs' names, and the attributes.
/** What a function does can't be recorded as a graph; calling its operations one by one does it. */
export class RecordingError extends TypeError {
  override name = "RecordingError";
  readonly reason: string;

  constructor(reason: string) {
    super(`recording: ${reason}`);
    this.reason = reason;
  }
}

/**
 * One line for each operation that the models, the methods and recordings call, as TensorFlow 2.18 registers it:
 * `Name(types of the inputs) names of the outputs | attributes`. `N*T`: N inputs of type T; `name*`: a list of outputs;
 * `-`: a type that is fixed.
 */
export const SIGNATURES = `
Abs(T) y | T
Add(T, T) z | T
AddN(N*T) sum | N T
AssignVariableOp(-, dtype)  | dtype validate_shape
BatchMatMulV2(T, T) output | T adj_x adj_y grad_x grad_y
Bitcast(T) output | T type
Cast(SrcT) y | SrcT DstT Truncate
ConcatV2(N*T, Tidx) output | N T Tidx
Const() output | value dtype
DeepCopy(T) y | T
Equal(T, T) z | T incompatible_shape_error
Exp(T) y | T
ExpandDims(T, Tdim) output | T Tdim
Fill(index_type, T) output | T index_type
GatherV2(Tparams, Tindices, Taxis) output | batch_dims Tparams Tindices Taxis
Greater(T, T) z | T
Identity(T) output | T
IsNan(T) y | T
Less(T, T) z | T
Log(T) y | T
Log1p(T) y | T
Max(T, Tidx) output | keep_dims T Tidx
Maximum(T, T) z | T
Mean(T, Tidx) output | keep_dims T Tidx
Min(T, Tidx) output | keep_dims T Tidx
Minimum(T, T) z | T
Mul(T, T) z | T
Neg(T) y | T
OneHot(TI, -, T, T) output | axis T TI
OnesLike(T) y | T
Pack(N*T) output | N T axis
PadV2(T, Tpaddings, T) output | T Tpaddings
PartitionedCall(Tin) output* | Tin Tout f config config_proto executor_type
Placeholder() output | dtype shape
Pow(T, T) z | T
ReadVariableOp(-) value | dtype
RealDiv(T, T) z | T
Reciprocal(T) y | T
Relu(T) activations | T
ReluGrad(T, T) backprops | T
Reshape(T, Tshape) output | T Tshape
ResourceApplyAdam(-, -, -, T, T, T, T, T, T, T)  | T use_locking use_nesterov
ResourceApplyGradientDescent(-, T, T)  | T use_locking
Rsqrt(T) y | T
Select(-, T, T) output | T
Sigmoid(T) y | T
Sign(T) y | T
Slice(T, Index, Index) output | T Index
Softmax(T) softmax | T
SplitV(T, Tlen, -) output* | num_split T Tlen
Sqrt(T) y | T
Square(T) y | T
StatelessWhile(T) output* | T cond body output_shapes parallel_iterations
StridedSlice(T, Index, Index, Index) output | T Index begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask
Sub(T, T) z | T
Sum(T, Tidx) output | keep_dims T Tidx
TensorScatterUpdate(T, Tindices, T) output | T Tindices bad_indices_policy
Tile(T, Tmultiples) output | T Tmultiples
Transpose(T, Tperm) y | T Tperm
Unpack(T) output* | num T axis
VarHandleOp() resource | container shared_name debug_name dtype shape allowed_devices
While(T) output* | T cond body output_shapes parallel_iterations
ZerosLike(T) y | T
`;

interface Signature {
  /**
   * The attributes that hold each input's type (undefined: fixed) and how many tensors it stands for (undefined: one).
   */
  readonly inputs: readonly { readonly type: string | undefined; readonly count: string | undefined }[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlySet<string>;
}

const LINES = new Map(
  SIGNATURES.trim()
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf("(")), line]),
);
const known = new Map<string, Signature>();

/** Throws RecordingError for an operation that is not in the table. */
export function signatureOf(op: string): Signature {
  const signature = known.get(op) ?? parsed(op);
  known.set(op, signature);
  return signature;
}

function parsed(op: string): Signature {
  const [, inputs = "", outputs = "", attributes = ""] = LINES.get(op)?.match(/\((.*)\) (.*) \|(.*)/) ?? [];
  if (!LINES.has(op)) throw new RecordingError(`operation ${op} has no line in the table, signatures.ts`);
  return {
    inputs: words(inputs, ", ").map((input) => {
      const [type, count] = input.split("*").reverse();
      return { type: type === "-" ? undefined : type, count };
    }),
    outputs: words(outputs, " ").map((output) => output.replace("*", "")),
    attributes: new Set(words(attributes.trim(), " ")),
  };
}

function words(text: string, separator: string): string[] {
  return text === "" ? [] : text.split(separator);
}
