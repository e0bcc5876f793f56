// The records that TypeScript writes into linear memory (../instructions.ts, ../run-slot.ts, ../step-code.ts). Addresses and
// strides are bytes; addresses count from the start of the memory. `w` and `bias` are distances from a run's weights. An
// input `x` of 0 means the rows of the step.
#pragma once
#include "../../rows/kernels/generator.h"

enum {
  DENSE = 1,
  INPUT_GRADIENT,
  UPDATE,
  SOFTMAX,
  MIX,
  GATE_GRADIENT,
  EXPERT_GRADIENT,
  DROPOUT,
  SCALE,
  NEXT_STEP,
  TOP_SOFTMAX,
  RESIDUAL,
  EMBED,
  UPDATE_TABLE,
  SPARSE_DENSE,
  CLEAR,
  SPREAD,
  LINK_GATES,
  SHARES_GRADIENT,
  ADD_GRADIENT,
  STEP_BLOCKS,
  SELECT_EXPERTS,
  SELECT_GRADIENT,
  UPDATE_VECTORS,
  UPDATE_SPARSE,
  ADD_SPARSE,
  NORMALIZE,
  NORMALIZE_GRADIENT,
  MODULATE,
  MODULATE_GRADIENT,
  DROP_WEIGHTS,
  ADD_NOISE,
  NOISY_GRADIENT,
  FUNNEL,
  FUNNEL_GRADIENT,
  PAIRS,
  PAIRS_GRADIENT
};

typedef struct {
  int32_t op;
  /// Bytes to the next instruction.
  int32_t size;
} Instruction;

/// out [B, N] = max(x [B, D] w [D, N] + bias, floor); `floor` [N] is 0 for a ReLU column and -inf for a linear one.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t D;
  Address w, bias, floor, out, outStride;
  int32_t N;
} Dense;

/// dx [B, D] = g [B, N] wᵀ from column `first` on, 0 where `mask` (0 for none) is not above 0.
typedef struct {
  Instruction head;
  Address g, gStride;
  int32_t N;
  Address w;
  int32_t D, first;
  Address dx, dxStride, mask, maskStride;
} InputGradient;

/// One optimizer step for w by xᵀ g and, with a bias (`trained` not 0), for it by the sums of g times `trained` [N].
/// Scratch for panels: `rows` of x, packed, and the gradients so far, `sums`.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t D;
  Address g, gStride;
  int32_t N;
  Address w, bias, trained, rows, sums;
} Update;

/// Dense on rows that are mostly 0: x has the values of up to `entries` inputs that are not 0, then the inputs that they are
/// of, int32. So many `units`, LANES or a multiple of them, take a turn. Scratch: `lines`, their weights [D rounded up to LANES][units].
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t D;
  Address w, bias, floor, out, outStride;
  int32_t N, entries, units;
  Address lines;
} SparseDense;

/// Update of a layer on such rows. Scratch: `lines`, sums of the `units` that take a turn; `block` [LANES][D rounded up to LANES].
typedef struct {
  Update layer;
  int32_t entries, units;
  Address lines, block;
} UpdateSparse;

/// Adds the gradients of UpdateSparse as AddGradient adds those of Update.
typedef struct {
  UpdateSparse sparse;
  int32_t clear;
} AddSparse;

/// In place: [B, E] logits to weights.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t E;
} Softmax;

/// In place: [B, E] logits to weights of the k largest; the rest get 0. Of equals the first is the larger.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t E, k;
} TopSoftmax;

/// shares [B, E] = gate [B, E], and 1 more for expert `own`: a mix by shares has that expert as a residual.
typedef struct {
  Instruction head;
  Address gate, gateStride, shares, sharesStride;
  int32_t E, own;
} Residual;

/// out [B, H] = sum over E experts of gate [B, e] times expert e [B, H]; `experts` [E] are their addresses.
typedef struct {
  Instruction head;
  Address experts, expertStride;
  int32_t E;
  Address gate, gateStride, out, outStride;
  int32_t H;
} Mix;

/// Gradient of a gate's logits [B, E], from that of the mix it made.
typedef struct {
  Instruction head;
  Address experts, expertStride;
  int32_t E;
  Address gate, gateStride, mix, mixStride;
  int32_t H;
  Address dLogits, dStride;
} GateGradient;

/// Gradient of one expert [B, H] from the mixes that it is in: `uses` [M, 2] are addresses of its gate column and of the
/// mix's gradient. `expert` is 0 if its units are linear.
typedef struct {
  Instruction head;
  Address uses;
  int32_t M;
  Address gateStride, mixStride;
  int32_t H;
  Address expert, expertStride, out, outStride;
} ExpertGradient;

/// `count` learned numbers at `w` as columns, the same in all rows: out [count].
typedef struct {
  Instruction head;
  Address w;
  int32_t count;
  Address out;
} Spread;

/// SNR's gates of `count` pairs of a task and an expert from the logarithms of their alphas at `w`, the same in all rows: out
/// [count] as columns, and `slopes` [count], their derivatives. In training they are random, by words of the stream `key`
/// at the step whose number is at `step`; where that is 0 they are not.
typedef struct {
  Instruction head;
  Address w;
  int32_t count;
  Address key, step, out, slopes;
} LinkGates;

/// d [B, E]: the inner products of each row of a mix's gradient [B, H] and of the experts.
typedef struct {
  Instruction head;
  Address experts, expertStride;
  int32_t E;
  Address mix, mixStride;
  int32_t H;
  Address d, dStride;
} SharesGradient;

/// Adds the gradients that Update would step by to what is at the addresses `w` and `bias`. Before, `clear` bytes from `w`
/// on become 0.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t D;
  Address g, gStride;
  int32_t N;
  Address w, bias, trained, rows, sums;
  int32_t clear;
} AddGradient;

/// One optimizer step for each of `count` blocks of `bytes` bytes, by its gradient and `pull` times its distance from the
/// mean of all of them. `blocks` [count, 2] are distances from a run's weights, and addresses of gradients.
typedef struct {
  Instruction head;
  Address blocks;
  int32_t count, bytes;
  float pull;
} StepBlocks;

/// DSelect-k: outputs of a gate, the logits of k selectors and `bits` numbers of each, become weights [B, 2^bits] of experts.
/// In place, logits become shares, and the numbers are cut to half of `gamma`. Scratch: a panel of all these columns.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t k, bits;
  float gamma;
  Address weights, weightsStride, scratch;
} SelectExperts;

/// Gradient of a gate's outputs from that of its weights, `d`, and from the selectors' entropies in the first `rows` rows
/// times `entropy`. Scratch: a panel of the gate's outputs, of `d`, and of the gradient.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t k, bits;
  float gamma, entropy;
  int32_t rows;
  Address d, dStride, out, outStride, scratch;
} SelectGradient;

/// A table of vectors, [vectors][size rounded up to LANES], at `w`. A row has the numbers of `slots` vectors: -1 after the last of fewer.
typedef struct {
  Address w;
  int32_t size, slots;
} Table;

/// out [B, read] = the first `plain` columns of x, then of each of `tables` [count] the mean of the vectors whose numbers are the next
/// columns of x; 0 where there are none.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t plain;
  Address tables;
  int32_t count;
  Address out, outStride;
} Embed;

/// One optimizer step for the first `vectors` of a table, whose numbers are in `slots` columns of x, by the gradients g [B, size]
/// of what was read of it. Scratch: `sums`, as large.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t column, slots;
  Address g, gStride, w;
  int32_t vectors, size;
  Address sums;
} UpdateTable;

/// The vectors of a table that rows of a batch have: `numbers` int32 [count], and the sums of their gradients, [count][size
/// rounded up to LANES].
typedef struct {
  Address w;
  int32_t size, count;
  Address numbers, sums;
  /// int32 [vectors]: 1 and the place of a vector among `numbers`; 0 for each while no gradients are added up.
  Address places;
} Touched;

/// One optimizer step for those of the first `vectors` of a table that are in the first `rows` rows of x; the others keep
/// their weights and moments. `touched` is scratch, which STORE leaves as it is.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t column, slots;
  Address g, gStride;
  int32_t vectors, rows;
  Address touched;
} UpdateVectors;

/// In place: units [B, M N] of a ReLU layer of M networks, side by side, times 0 or `kept`. Unit n of a network is dropped
/// if its word is at most `last`: word n % 4 of Philox at (n / 4, row, step) under the network's key, of `keys` [M, 2].
/// `step` is the address of the step's number, from 1; at 0, outside training, all units stay as they are.
typedef struct {
  Instruction head;
  Address units, stride;
  int32_t N, M;
  Address keys;
  uint32_t last;
  float kept;
  Address step;
} Dropout;

/// A layer norm: out [B, N] = hats gain + shift, where hats are x [B, N] less the mean of a row, times `scale`, one over the standard
/// deviation. `gain` and `shift` [N] are distances from a run's weights. `hats` [B, N + 1] are hats and scale.
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t N;
  Address gain, shift, hats, hatsStride, out, outStride;
} Normalize;

/// Gradient dx [B, N] of a layer norm from that of what came out, g, and in each row that of the gain, dGain [B, N].
typedef struct {
  Instruction head;
  Address hats, hatsStride;
  int32_t N;
  Address gain, g, gStride, dGain, dGainStride, dx, dxStride;
} NormalizeGradient;

/// out [B, N] = units [B, N] times `factor` times the sigmoid of `by` [B, N].
typedef struct {
  Instruction head;
  Address units, unitsStride, by, byStride;
  int32_t N;
  float factor;
  Address out, outStride;
} Modulate;

/// Gradients of both from that of what came out, g; their sum where `dUnits` and `dBy` are the same place. With `isRelu`, units pass
/// none where they are not above 0.
typedef struct {
  Instruction head;
  Address units, unitsStride, by, byStride;
  int32_t N;
  float factor;
  int32_t isRelu;
  Address g, gStride, dUnits, dUnitsStride, dBy, dByStride;
} ModulateGradient;

/// In place: weights [B, E] of a gate: 0 for experts that are dropped, the others divided by their sum. They are drawn as Dropout draws
/// the units of a network whose key is at `key`. A row keeps its weights if all above 0 are dropped.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t E;
  Address key;
  uint32_t last;
  Address step;
} DropWeights;

/// In place: to logits [B, E] of a gate, normals of the stream `key` are added, times the softplus of its next E outputs. These become what
/// the gradient of a logit is multiplied by to be theirs. Nothing is changed where the number at `step` is 0.
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t E;
  Address key, step;
} AddNoise;

/// Adds to the gradient d [B, E] of logits that of `pull` / 2 times the sum of squares of the experts' importances, the sums of weights
/// [B, E] over the first `rows` rows. With `isNoisy`, makes of it that of the next E outputs. Scratch: `slopes` float32 [E].
typedef struct {
  Instruction head;
  Address gate, gateStride;
  int32_t E, rows;
  float pull;
  int32_t isNoisy;
  Address slopes, d, dStride;
} NoisyGradient;

/// out [B, N] = logits z [B, N], but in the columns `chain` int32 [count] those of the products of the probabilities up to each.
typedef struct {
  Instruction head;
  Address z, zStride, out, outStride;
  int32_t N;
  Address chain;
  int32_t count;
} Funnel;

/// Gradient dz [B, N] of a funnel's logits from that of what came out, g.
typedef struct {
  Funnel of;
  Address g, dz;
} FunnelGradient;

/// out [B, O] = z [B, O] and what the inputs x add by twos: the first `plain` columns by their factors at `w` [plain, O][factors], or
/// where `entries` is not 0 sparse rows, as of SparseDense; then come `tables` vectors [O][factors]. Beside it are the sums of all
/// vectors, [B, O][factors]. Scratch: [O][factors].
typedef struct {
  Instruction head;
  Address x, xStride;
  int32_t plain, entries, tables, O, factors;
  Address w, z, zStride, sums, sumsStride, out, outStride, scratch;
} Pairs;

/// Gradients dz [B, O] and, of the vectors in x, dx from that of what came out, g, and one optimizer step for the factors. Scratch:
/// `gradients`, as large as they.
typedef struct {
  Pairs of;
  Address g, dz, dx, gradients;
} PairsGradient;

/// In place: values [B, N] times `factor`.
typedef struct {
  Instruction head;
  Address values, stride;
  int32_t N;
  float factor;
} Scale;

/// values [B, N] = 0.
typedef struct {
  Instruction head;
  Address values, stride;
  int32_t N;
} Clear;

/// Adds 1 to the whole number at `step`.
typedef struct {
  Instruction head;
  Address step;
} NextStep;

/// Kinds of optimizers; adamw is ADAM with a decay that is decoupled, MOMENTUM and NESTEROV are sgd's. STORE takes no step: it
/// keeps a gradient, so that a later pass can combine several, or scale all by their norm, before the run's optimizer gets it.
enum { SGD, ADAM, STORE, MOMENTUM, NESTEROV };

/// How a run is optimized; `train` updates the rate of a schedule and what follows from it before each step.
typedef struct {
  int32_t kind;
  /// Bytes from a weight to its first moment, and from there to its second; of STORE from a weight to its gradient.
  int32_t moments;
  /// sgd: lr. adam: lr sqrt(1 - beta2^t) / (1 - beta1^t).
  float rate;
  /// That of adam times sqrt(1 - beta2^t).
  float epsilon;
  double lr;
  /// beta1^t, beta2^t.
  double power1, power2;
  /// Those of adam, and its epsilon; the momentum of sgd is beta1.
  double beta1, beta2, stabilizer;
  /// Weight decay: what times a weight is added to its gradient, or for adamw times lr is taken off each weight.
  double decay, decoupled;
  /// What times a vector of the batch is added to its gradient, where steps move these alone.
  double vectorDecay;
  /// 1 - lr decoupled.
  double kept;
} Optimizer;

/// How gradients are scaled down to a norm. The step then stores them first, by the optimizer `store`.
typedef struct {
  Address store;
  /// int32 [count]: bytes from the first weight to each parameter, in canonical order: neither padding nor vectors of tables that
  /// are in `tables`.
  Address order;
  int32_t count;
  /// int32 [rangeCount, 2]: bytes from the first weight to each stretch that takes steps, and the bytes of it.
  int32_t rangeCount;
  Address ranges;
  int32_t tableCount;
  /// Addresses [tableCount] of Touched: their vectors take steps, too.
  Address tables;
  int32_t unused;
  double limit;
} Clip;

/// Whose weights they are, if not those of one task, whose number it is.
enum { SHARED = -1, NOBODY = -2 };

/// Weights, as distances from a run's: N units of D numbers each, `stride` bytes apart, or strips of LANES units side by side,
/// one number of each after the other. `owners` are of the units, [N rounded up to LANES].
typedef struct {
  int32_t isStrips;
  Address at;
  int32_t N, D;
  Address stride, owners;
} Span;

/// A model's step: forward from `begin` to `middle`, backward from there to `end`, what follows the update from there to
/// `last`. For methods that combine gradients, `passes` [terms + 1] are where the backward pass of each term of the objective
/// begins, and the end of the last; terms are tasks, then what is added to their losses. `spans` [spanCount] are all weights,
/// `kept` is room for the gradient of the predictions.
typedef struct {
  Address begin, middle, end, last, predictions, gradient, stride;
  /// Tasks.
  int32_t K;
  /// LANES if lanes are rows, 1 if they are units.
  int32_t panelRows;
  /// Threads that share a run's work (team.h).
  int32_t threads;
  int32_t terms;
  Address passes;
  int32_t spanCount;
  Address spans, kept;
} StepCode;

/// Kinds of tasks: a label is a number; 0 or 1; a class from 0 on. NaN is none: the row does not count for the task.
enum { REGRESSION, BINARY, CATEGORICAL };

/// How a task's loss is taken.
typedef struct {
  int32_t kind;
  /// Columns of predictions that are its own: as many as classes of a categorical task, else 1.
  int32_t outputs;
  /// That of Huber's loss, or infinity: the squared error.
  float delta;
  /// What the gradient is multiplied by: the task's weight and `unit`.
  float factor;
  /// What the loss is multiplied by.
  double unit;
  /// With a decay other than 1, `factor` is `weight` times a power of it at each step.
  double weight, decay;
  /// Columns of a row's labels; and how many columns after a label the row's weight for the task is, or 0 if all rows count alike.
  int32_t labelColumns, toWeight;
} TaskLoss;

/// Ways to combine the tasks' gradients or losses, in the order of src/engines/methods.ts.
enum {
  SUM,
  UNCERTAINTY,
  GRADNORM,
  PCGRAD,
  MGDA,
  CAGRAD,
  NASH_MTL,
  FAMO,
  ALIGNED_MTL,
  LOG,
  GLS,
  RLW,
  DWA,
  STCH,
  FAIRGRAD,
  IMTL_G,
  CONFIG,
  UPGRAD,
  EXCESS,
  DB_MTL
};

/// A run's method.
typedef struct {
  int32_t kind;
  /// The number of the next step, from 1, and the key of its stream of orders.
  uint32_t step, key0, key1;
  /// Bytes from a weight to its gradient by the first term, and from there to the next term's.
  int32_t first, block;
  /// Bytes from a weight to what is kept of the first task's gradients, and from there by `block` to the next task's.
  int32_t kept;
  /// float64: what it has learned, the weights of the step before, and scratch (methods.h).
  Address state, weights, scratch;
  /// Its constants (src/engines/methods.ts); 0 if it has none of that name.
  double alpha, c, rate, decay, sigma, temperature, mu, window, momentum;
} Method;

/// A run in training.
typedef struct {
  Address code, weights, optimizer;
  /// float64 [K]: each task's loss on the latest batch, 0 without a label; losses of rows added up after `evaluate`.
  Address losses;
  /// float64 [K]: the batch losses added up.
  Address sums;
  /// Of each task, [K].
  Address tasks;
  Address method;
  /// float64 [steps]: the rates of the steps of a call of `train`; 0 if they are all the optimizer's.
  Address rates;
  /// 0 if gradients are not clipped.
  Address clip;
} Slot;
