// What the tracer must know about TensorFlow's operations that eager calls don't say: which attributes name the types of
// the inputs, the outputs' names, and the attributes.
/** What a function does can't be recorded as a graph; calling its operations one by one does it. */
export class UntraceableError extends TypeError {
  override name = "UntraceableError";
  readonly reason: string;

  constructor(reason: string) {
    super(`trace: ${reason}`);
    this.reason = reason;
  }
}

/**
 * One line for each operation that tfjs's kernels, the engine or the tracer call, as TensorFlow 2.18 registers it:
 * `Name(types of the inputs) names of the outputs | attributes`. `N*T`: N inputs of type T; `name*`: a list of outputs;
 * `-`: a type that is fixed.
 */
export const SIGNATURES = `
Abs(T) y | T
Acos(T) y | T
Acosh(T) y | T
Add(T, T) z | T
AddN(N*T) sum | N T
All(-, Tidx) output | keep_dims Tidx
Any(-, Tidx) output | keep_dims Tidx
ArgMax(T, Tidx) output | T Tidx output_type
ArgMin(T, Tidx) output | T Tidx output_type
Asin(T) y | T
Asinh(T) y | T
AssignVariableOp(-, dtype)  | dtype validate_shape
Atan(T) y | T
Atan2(T, T) z | T
Atanh(T) y | T
AvgPool(T) output | ksize strides padding data_format T
AvgPool3D(T) output | ksize strides padding data_format T
AvgPool3DGrad(-, T) output | ksize strides padding data_format T
AvgPoolGrad(-, T) output | ksize strides padding data_format T
BatchMatMulV2(T, T) output | T adj_x adj_y grad_x grad_y
BatchToSpaceND(T, Tblock_shape, Tcrops) output | T Tblock_shape Tcrops
Bincount(-, -, T) bins | T
Bitcast(T) output | T type
BroadcastArgs(T, T) r0 | T
Cast(SrcT) y | SrcT DstT Truncate
Ceil(T) y | T
Complex(T, T) out | T Tout
ComplexAbs(T) y | T Tout
ConcatV2(N*T, Tidx) output | N T Tidx
Const() output | value dtype
Conv2D(T, T) output | T strides use_cudnn_on_gpu padding explicit_paddings data_format dilations
Conv2DBackpropFilter(T, -, T) output | T strides use_cudnn_on_gpu padding explicit_paddings data_format dilations
Conv2DBackpropInput(-, T, T) output | T strides use_cudnn_on_gpu padding explicit_paddings data_format dilations
Conv3D(T, T) output | T strides padding data_format dilations
Conv3DBackpropFilterV2(T, -, T) output | T strides padding data_format dilations
Conv3DBackpropInputV2(Tshape, T, T) output | T strides padding data_format dilations Tshape
Cos(T) y | T
Cosh(T) y | T
CropAndResize(T, -, -, -) crops | T method extrapolation_value
Cumprod(T, Tidx) out | exclusive reverse T Tidx
Cumsum(T, Tidx) out | exclusive reverse T Tidx
DeepCopy(T) y | T
DepthToSpace(T) output | T block_size data_format
DepthwiseConv2dNative(T, T) output | T strides padding explicit_paddings data_format dilations
DepthwiseConv2dNativeBackpropFilter(T, -, T) output | T strides padding explicit_paddings data_format dilations
DepthwiseConv2dNativeBackpropInput(-, T, T) output | T strides padding explicit_paddings data_format dilations
Diag(T) output | T
Dilation2D(T, T) output | T strides rates padding
Dilation2DBackpropFilter(T, T, T) filter_backprop | T strides rates padding
Dilation2DBackpropInput(T, T, T) in_backprop | T strides rates padding
DivNoNan(T, T) z | T
Einsum(N*T) output | equation N T
Elu(T) activations | T
EluGrad(T, T) backprops | T
Equal(T, T) z | T incompatible_shape_error
Erf(T) y | T
Exp(T) y | T
ExpandDims(T, Tdim) output | T Tdim
Expm1(T) y | T
FFT(Tcomplex) output | Tcomplex
Fill(index_type, T) output | T index_type
Floor(T) y | T
FloorDiv(T, T) z | T
FloorMod(T, T) z | T
FusedBatchNorm(T, T, T, T, T) y batch_mean batch_variance reserve_space_1 reserve_space_2 | T epsilon exponential_avg_factor data_format is_training
GatherNd(Tparams, Tindices) output | Tparams Tindices bad_indices_policy
GatherV2(Tparams, Tindices, Taxis) output | batch_dims Tparams Tindices Taxis
Greater(T, T) z | T
GreaterEqual(T, T) z | T
IFFT(Tcomplex) output | Tcomplex
Identity(T) output | T
Imag(T) output | T Tout
IsFinite(T) y | T
IsInf(T) y | T
IsNan(T) y | T
LRN(T) output | depth_radius bias alpha beta T
LRNGrad(T, T, T) output | depth_radius bias alpha beta T
LeakyRelu(T) activations | alpha T
Less(T, T) z | T
LessEqual(T, T) z | T
LinSpace(T, T, Tidx) output | T Tidx
Log(T) y | T
Log1p(T) y | T
LogicalAnd(-, -) z |
LogicalNot(-) y |
LogicalOr(-, -) z |
Max(T, Tidx) output | keep_dims T Tidx
MaxPool(T) output | T ksize strides padding explicit_paddings data_format
MaxPool3D(T) output | ksize strides padding data_format T
MaxPool3DGrad(TInput, TInput, T) output | ksize strides padding data_format T TInput
MaxPoolGrad(T, T, T) output | ksize strides padding explicit_paddings data_format T
Maximum(T, T) z | T
Mean(T, Tidx) output | keep_dims T Tidx
Min(T, Tidx) output | keep_dims T Tidx
Minimum(T, T) z | T
MirrorPad(T, Tpaddings) output | T Tpaddings mode
Mul(T, T) z | T
Multinomial(T, -) output | seed seed2 T output_dtype
Neg(T) y | T
NonMaxSuppressionV3(T, T, -, T_threshold, T_threshold) selected_indices | T T_threshold
NonMaxSuppressionV4(T, T, -, T_threshold, T_threshold) selected_indices valid_outputs | T T_threshold pad_to_max_output_size
NonMaxSuppressionV5(T, T, -, T, T, T) selected_indices selected_scores valid_outputs | T pad_to_max_output_size
NotEqual(T, T) z | T incompatible_shape_error
OneHot(TI, -, T, T) output | axis T TI
OnesLike(T) y | T
Pack(N*T) output | N T axis
PadV2(T, Tpaddings, T) output | T Tpaddings
PartitionedCall(Tin) output* | Tin Tout f config config_proto executor_type
Placeholder() output | dtype shape
Pow(T, T) z | T
Prod(T, Tidx) output | keep_dims T Tidx
Range(Tidx, Tidx, Tidx) output | Tidx
ReadVariableOp(-) value | dtype
Real(T) output | T Tout
RealDiv(T, T) z | T
Reciprocal(T) y | T
Relu(T) activations | T
Relu6(T) activations | T
ReluGrad(T, T) backprops | T
Reshape(T, Tshape) output | T Tshape
ResizeBilinear(T, -) resized_images | T align_corners half_pixel_centers
ResizeBilinearGrad(-, T) output | T align_corners half_pixel_centers
ResizeNearestNeighbor(T, -) resized_images | T align_corners half_pixel_centers
ResizeNearestNeighborGrad(T, -) output | T align_corners half_pixel_centers
ResourceApplyAdam(-, -, -, T, T, T, T, T, T, T)  | T use_locking use_nesterov
ResourceApplyGradientDescent(-, T, T)  | T use_locking
ReverseV2(T, Tidx) output | Tidx T
Round(T) y | T
Rsqrt(T) y | T
ScatterNd(Tindices, T, Tindices) output | T Tindices bad_indices_policy
Select(-, T, T) output | T
Selu(T) activations | T
Sigmoid(T) y | T
Sign(T) y | T
Sin(T) y | T
Sinh(T) y | T
Slice(T, Index, Index) output | T Index
Softmax(T) softmax | T
Softplus(T) activations | T
SpaceToBatchND(T, Tblock_shape, Tpaddings) output | T Tblock_shape Tpaddings
SparseToDense(Tindices, Tindices, T, T) dense | validate_indices T Tindices
SplitV(T, Tlen, -) output* | num_split T Tlen
Sqrt(T) y | T
Square(T) y | T
SquaredDifference(T, T) z | T
StatefulPartitionedCall(Tin) output* | Tin Tout f config config_proto executor_type
StatelessWhile(T) output* | T cond body output_shapes parallel_iterations
StaticRegexReplace(-) output | pattern rewrite replace_global
StridedSlice(T, Index, Index, Index) output | T Index begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask
Sub(T, T) z | T
Sum(T, Tidx) output | keep_dims T Tidx
Tan(T) y | T
Tanh(T) y | T
TensorScatterUpdate(T, Tindices, T) output | T Tindices bad_indices_policy
Tile(T, Tmultiples) output | T Tmultiples
TopKV2(T, Tk) values indices | sorted T Tk index_type
Transpose(T, Tperm) y | T Tperm
UniqueV2(T, Taxis) y idx | T Taxis out_idx
Unpack(T) output* | num T axis
UnsortedSegmentSum(T, Tindices, Tnumsegments) output | T Tindices Tnumsegments
VarHandleOp() resource | container shared_name debug_name dtype shape allowed_devices
Where(T) index | T
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

/** Throws UntraceableError for an operation that is not in the table. */
export function signatureOf(op: string): Signature {
  const signature = known.get(op) ?? parsed(op);
  known.set(op, signature);
  return signature;
}

function parsed(op: string): Signature {
  const [, inputs = "", outputs = "", attributes = ""] = LINES.get(op)?.match(/\((.*)\) (.*) \|(.*)/) ?? [];
  if (!LINES.has(op)) throw new UntraceableError(`operation ${op} has no line in the tracer's table, signatures.ts`);
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
