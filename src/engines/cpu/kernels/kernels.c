// One kernel set: compiled once for each instruction set, with SET its name; by wasm.c for WebAssembly. All do the same
// operations in the same order, without fused multiply-add: the same bits. README.md beside it tells how a step flows through.
#include "kernels.h"
#include "../../rows/kernels/data.h"
#include "clipping.h"
#include "coefficients.h"
#include "dropout.h"
#include "embedding.h"
#include "funnel.h"
#include "gradient-methods.h"
#include "kept-gradients.h"
#include "gradients.h"
#include "loss.h"
#include "modulate.h"
#include "noisy-gates.h"
#include "panel-update.h"
#include "pairs.h"
#include "panels.h"
#include "row-update.h"
#include "select.h"
#include "sparse.h"
#include "team.h"

static void nextStep(const NextStep *op, char *base) { ++*(int32_t *)(base + op->step); }

/// One operation on P panels, or a thread's share of it; a layer's input is `x`.
INLINE void panelOperation(int kind, const void *op, char *base, char *x, char *weights, int P, const Optimizer *o,
                           Share share) {
  const int from = beginOf(share, P), to = endOf(share, P);
  switch (kind) {
    case DENSE: dense(op, base, x, weights, from, to); return;
    case INPUT_GRADIENT: inputGradient(op, base, weights, from, to); return;
    case UPDATE: update(op, base, x, weights, P, o, share); return;
    case SOFTMAX: softmax(op, base, from, to); return;
    case MIX: mix(op, base, from, to); return;
    case GATE_GRADIENT: gateGradient(op, base, from, to); return;
    case EXPERT_GRADIENT: expertGradient(op, base, from, to); return;
    case EMBED: embed(op, base, x, weights, from, to, LANES); return;
    default: break;
  }
  if (share.part > 0) return;
  switch (kind) {
    case DROPOUT: dropout(op, base, P); break;
    case SCALE: scale(op, base, P, LANES); break;
    case TOP_SOFTMAX: topSoftmax(op, base, P); break;
    case RESIDUAL: residual(op, base, P, LANES); break;
    case UPDATE_TABLE: updateTable(op, base, x, weights, P, LANES, o); break;
    case UPDATE_VECTORS: updateVectors(op, base, x, weights, LANES, o); break;
    case SPARSE_DENSE: sparseDense(op, base, x, weights, P); break;
    case UPDATE_SPARSE: updateSparse(op, base, x, weights, P, o); break;
    case CLEAR: clear(op, base, P, LANES); break;
    case NEXT_STEP: nextStep(op, base); break;
    case SPREAD: spread(op, base, weights, LANES); break;
    case LINK_GATES: linkGates(op, base, weights, LANES); break;
    case SHARES_GRADIENT: sharesGradient(op, base, P); break;
    case ADD_GRADIENT:
      clearGradient(op, base);
      update(op, base, x, base, P, &ADDING, ALONE);
      break;
    case ADD_SPARSE: addSparse(op, base, x, P); break;
    case STEP_BLOCKS: stepBlocks(op, base, weights, o); break;
    case SELECT_EXPERTS: selectExperts(op, base, P); break;
    case SELECT_GRADIENT: selectGradient(op, base, P); break;
    case NORMALIZE: normalize(op, base, weights, P); break;
    case NORMALIZE_GRADIENT: normalizeGradient(op, base, weights, P); break;
    case MODULATE: modulate(op, base, P, LANES); break;
    case MODULATE_GRADIENT: modulateGradient(op, base, P, LANES); break;
    case DROP_WEIGHTS: dropWeights(op, base, P); break;
    case ADD_NOISE: addNoise(op, base, P); break;
    case NOISY_GRADIENT: noisyGradient(op, base, P); break;
    case FUNNEL: funnel(op, base, P, LANES); break;
    case FUNNEL_GRADIENT: funnelGradient(op, base, P, LANES); break;
    case PAIRS: pairs(op, base, x, weights, P, LANES); break;
    case PAIRS_GRADIENT: pairsGradient(op, base, x, weights, P, LANES, o); break;
    default: __builtin_trap();
  }
}

/// The same on B rows, one after the other.
INLINE void rowOperation(int kind, const void *op, char *base, char *x, char *weights, int B, const Optimizer *o) {
  switch (kind) {
    case DENSE: denseRows(op, base, x, weights, B); break;
    case INPUT_GRADIENT: inputGradientRows(op, base, weights, B); break;
    case UPDATE: updateRows(op, base, x, weights, B, o); break;
    case SOFTMAX: softmaxRows(op, base, B); break;
    case MIX: mixRows(op, base, B); break;
    case GATE_GRADIENT: gateGradientRows(op, base, B); break;
    case EXPERT_GRADIENT: expertGradientRows(op, base, B); break;
    case DROPOUT: dropoutRows(op, base, B); break;
    case SCALE: scale(op, base, B, 1); break;
    case TOP_SOFTMAX: topSoftmaxRows(op, base, B); break;
    case RESIDUAL: residual(op, base, B, 1); break;
    case EMBED: embed(op, base, x, weights, 0, B, 1); break;
    case UPDATE_TABLE: updateTable(op, base, x, weights, B, 1, o); break;
    case UPDATE_VECTORS: updateVectors(op, base, x, weights, 1, o); break;
    case CLEAR: clear(op, base, B, 1); break;
    case NEXT_STEP: nextStep(op, base); break;
    case SPREAD: spread(op, base, weights, 1); break;
    case LINK_GATES: linkGates(op, base, weights, 1); break;
    case SHARES_GRADIENT: sharesGradientRows(op, base, B); break;
    case ADD_GRADIENT:
      clearGradient(op, base);
      updateRows(op, base, x, base, B, &ADDING);
      break;
    case STEP_BLOCKS: stepBlocks(op, base, weights, o); break;
    case SELECT_EXPERTS: selectExpertsRows(op, base, B); break;
    case SELECT_GRADIENT: selectGradientRows(op, base, B); break;
    case NORMALIZE: normalizeRows(op, base, weights, B); break;
    case NORMALIZE_GRADIENT: normalizeGradientRows(op, base, weights, B); break;
    case MODULATE: modulate(op, base, B, 1); break;
    case MODULATE_GRADIENT: modulateGradient(op, base, B, 1); break;
    case DROP_WEIGHTS: dropWeightsRows(op, base, B); break;
    case ADD_NOISE: addNoiseRows(op, base, B); break;
    case NOISY_GRADIENT: noisyGradientRows(op, base, B); break;
    case FUNNEL: funnel(op, base, B, 1); break;
    case FUNNEL_GRADIENT: funnelGradient(op, base, B, 1); break;
    case PAIRS: pairs(op, base, x, weights, B, 1); break;
    case PAIRS_GRADIENT: pairsGradient(op, base, x, weights, B, 1, o); break;
    default: __builtin_trap();
  }
}

/// Instructions from `at` to `end`, on P panels of `panelRows` rows at `x`.
typedef struct {
  char *base;
  Address at, end, x, weights;
  int P, panelRows;
  const Optimizer *o;
} Part;

/// Whether an instruction and the next have nothing to do with each other: threads take turns.
INLINE int isApart(int kind) { return kind == UPDATE_TABLE || kind == UPDATE_VECTORS; }

/// Executes a part, or a thread's share of it.
static void executeShare(const void *what, Share share, Team *team) {
  const Part *part = what;
  char *base = part->base, *weights = base + part->weights;
  int turn = 0, before = 0;
  for (Address at = part->at; at < part->end;) {
    const Instruction *head = (const Instruction *)(base + at);
    const int kind = head->op;
    // an operation on layers has its input first; 0 means the rows of the step
    const Address from = ((const Dense *)head)->x;
    char *input = base + (from ? from : part->x);
    if (before && !(isApart(before) && isApart(kind))) meet(team);
    before = kind;
    at += (Address)head->size;
    const int isOthers = isApart(kind) && turn++ % share.parts != share.part;
    const Share own = isApart(kind) ? ALONE : share;
    if (isOthers) continue;
    if (part->panelRows == 1) rowOperation(kind, head, base, input, weights, part->P, part->o);
    else panelOperation(kind, head, base, input, weights, part->P, part->o, own);
  }
  meet(team);
}

static void execute(char *base, Address at, Address end, Address x, Address weights, int P, Address optimizer,
                    int panelRows) {
  Team team = {.parts = 1};
  workTogether(&team, executeShare, &(Part){base, at, end, x, weights, P, panelRows, (const Optimizer *)(base + optimizer)});
}

INLINE int panelsOf(int rows, int panelRows) { return (rows + panelRows - 1) / panelRows; }

/// A step's run, its rows and labels.
typedef struct {
  char *base;
  const Slot *slot;
  const StepCode *code;
  Optimizer *optimizer;
  Address x, labels;
  int B, P;
  Team *team;
} Batch;

/// Executes a part of the step's code, with the gradients going to `o`.
static void executePart(const Batch *batch, Address at, Address end, const Optimizer *o) {
  const Address weights = batch->slot->weights;
  const Part part = {batch->base, at, end, batch->x, weights, batch->P, batch->code->panelRows, o};
  workTogether(batch->team, executeShare, &part);
}

/// Sets what the tasks' gradients are multiplied by in the next step.
static void decayWeights(const Batch *batch) {
  TaskLoss *tasks = (TaskLoss *)(batch->base + batch->slot->tasks);
  const Method *method = (const Method *)(batch->base + batch->slot->method);
  for (int k = 0; k < batch->code->K; k++)
    if (tasks[k].decay != 1) tasks[k].factor = (float)(tasks[k].weight * powerOf(tasks[k].decay, method->step - 1.0));
}

/// The tasks' losses on the batch [K], of the rows that have the task's label, and the gradient of their sum.
static void batchLosses(const Batch *batch, double *losses) {
  char *base = batch->base;
  const StepCode *code = batch->code;
  const TaskLoss *tasks = (const TaskLoss *)(base + batch->slot->tasks);
  const char *predictions = base + code->predictions, *labels = base + batch->labels;
  char *gradient = base + code->gradient;
  if (code->panelRows == 1) rowLosses(tasks, predictions, gradient, code->stride, labels, losses, code->K, batch->B);
  else panelLosses(tasks, predictions, gradient, code->stride, labels, losses, code->K, batch->B);
}

/// Whether a row of the batch has a label of task k.
static int isPresent(const Batch *batch, int k) {
  const int panelRows = batch->code->panelRows;
  const int columns = ((const TaskLoss *)(batch->base + batch->slot->tasks))->labelColumns;
  const float *labels = (const float *)(batch->base + batch->labels);
  for (int b = 0; b < batch->B; b++) {
    const float label = labels[(b / panelRows * columns + k) * panelRows + b % panelRows];
    if (label == label) return 1;
  }
  return 0;
}

static Situation situationOf(const Batch *batch) {
  const Method *method = (const Method *)(batch->base + batch->slot->method);
  const int K = batch->code->K;
  Situation s = {.K = K, .method = method, .optimizer = batch->optimizer};
  s.losses = (const double *)(batch->base + batch->slot->losses);
  s.state = (double *)(batch->base + method->state);
  s.weights = (double *)(batch->base + method->weights);
  s.scratch = (double *)(batch->base + method->scratch);
  s.present = takeNumbers(&s, K);
  s.shared = takeNumbers(&s, K);
  s.own = takeNumbers(&s, K);
  s.gram = takeNumbers(&s, K * K);
  for (int k = 0; k < K; k++) s.present[k] = isPresent(batch, k);
  return s;
}

/// Multiplies the gradient of each task's outputs by the task's weight.
static void weighOutputs(const Batch *batch, const double *weights) {
  const StepCode *code = batch->code;
  const TaskLoss *tasks = (const TaskLoss *)(batch->base + batch->slot->tasks);
  for (int p = 0; p < batch->P; p++) {
    float *gradient = (float *)(batch->base + code->gradient + p * (size_t)code->stride);
    for (int k = 0; k < code->K; k++)
      for (int i = 0; i < tasks[k].outputs * code->panelRows; i++) *gradient++ *= (float)weights[k];
  }
}

/// The optimizer that gradients go to in a step: the run's, or where they are clipped one that stores them.
static const Optimizer *receiver(const Batch *batch) {
  const Address at = batch->slot->clip;
  if (!at) return batch->optimizer;
  return (const Optimizer *)(batch->base + ((const Clip *)(batch->base + at))->store);
}

/// Takes the step by the gradients that were stored to be clipped.
static void clippedStep(const Batch *batch) {
  if (!batch->slot->clip) return;
  char *base = batch->base, *weights = base + batch->slot->weights;
  const Clip *clip = (const Clip *)(base + batch->slot->clip);
  const Address *tables = (const Address *)(base + clip->tables);
  const char *gradients = weights + receiver(batch)->moments;
  const float scale = clipScale(clip, base, gradients);
  follow(batch->optimizer, (const int32_t *)(base + clip->ranges), clip->rangeCount, weights, gradients, scale);
  for (int t = 0; t < clip->tableCount; t++)
    stepTouched((const Touched *)(base + tables[t]), base, weights, batch->optimizer, scale);
}

/// The step by the gradients of the tasks' outputs: one backward pass.
static void stepByOutputs(const Batch *batch) {
  executePart(batch, batch->code->middle, batch->code->end, receiver(batch));
  clippedStep(batch);
}

/// A step by a method that weighs losses: one backward pass.
static void stepByLosses(const Batch *batch, const Method *method) {
  const StepCode *code = batch->code;
  Situation s = situationOf(batch);
  weighLosses(&s);
  weighOutputs(batch, s.own);
  stepByOutputs(batch);
  switch (method->kind) {
    case UNCERTAINTY: learnUncertainty(&s); break;
    case DWA: learnDwa(&s); break;
    case STCH: fillWindows(&s, s.state, s.state + s.K); break;
    case FAMO: {
      double *after = takeNumbers(&s, code->K);
      executePart(batch, code->begin, code->middle, batch->optimizer);
      batchLosses(batch, after);
      learnFamo(&s, after);
    }
  }
}

/// Stores the gradients by each term of the objective.
static void storeGradients(const Batch *batch, const Method *method) {
  const StepCode *code = batch->code;
  const Address *passes = (const Address *)(batch->base + code->passes);
  const size_t bytes = (size_t)batch->P * code->stride;
  char *gradient = batch->base + code->gradient, *kept = batch->base + code->kept;
  __builtin_memcpy(kept, gradient, bytes);
  for (int t = 0; t < code->terms; t++) {
    const Optimizer storing = {.kind = STORE, .moments = method->first + t * method->block};
    if (t > 0) __builtin_memcpy(gradient, kept, bytes); // a pass may clear what it has no part in
    executePart(batch, passes[t], passes[t + 1], &storing);
  }
}

/// A step by a method that combines the tasks' gradients: a backward pass for each.
static void stepByGradients(const Batch *batch, const Method *method) {
  const StepCode *code = batch->code;
  char *weights = batch->base + batch->slot->weights, *gradients = weights + method->first;
  const size_t block = (size_t)method->block;
  Situation s = situationOf(batch);
  storeGradients(batch, method);
  if (method->kind == EXCESS) estimateRisks(&s, code, batch->base, weights);
  if (method->kind == DB_MTL) averageGradients(&s, code, batch->base, weights);
  if (method->kind != EXCESS) innerProducts(code, batch->base, gradients, block, s.K, s.gram, s.scratch);
  combine(&s);
  const Weighing by = {code->K, code->terms, (size_t)method->first, block, s.shared, s.own};
  takeSteps(code, batch->base, weights, &by, receiver(batch));
  clippedStep(batch);
}

/// The backward pass of a step, and its update.
static void stepBack(const Batch *batch) {
  const StepCode *code = batch->code;
  Method *method = (Method *)(batch->base + batch->slot->method);
  switch (method->kind) {
    case SUM: stepByOutputs(batch); break;
    case UNCERTAINTY:
    case FAMO:
    case LOG:
    case GLS:
    case RLW:
    case DWA:
    case STCH: stepByLosses(batch, method); break;
    default: stepByGradients(batch, method);
  }
  method->step++;
  executePart(batch, code->end, code->last, batch->optimizer);
}

/// Trains a run on a batch, at a rate unless it is 0. Returns 0 if a loss is NaN or beyond `limit`: then it is in `losses`, and no step taken.
static int trainStep(const Batch *batch, const double *rate, double limit) {
  char *base = batch->base;
  const int K = batch->code->K;
  double *losses = (double *)(base + batch->slot->losses), *sums = (double *)(base + batch->slot->sums);
  decayWeights(batch);
  executePart(batch, batch->code->begin, batch->code->middle, batch->optimizer);
  batchLosses(batch, losses);
  double mean = 0;
  for (int k = 0; k < K; k++) mean += losses[k] / (double)K;
  if (!(mean <= limit)) return 0;
  for (int k = 0; k < 2 * K; k++) sums[k] += losses[k % K];
  if (rate) batch->optimizer->lr = *rate;
  beginStep(batch->optimizer);
  stepBack(batch);
  return 1;
}

/// Trains a run on `steps` batches of B rows, one after the other at `x` (each xBytes long) with their labels. Returns
/// the number of steps done: fewer if a loss is NaN or beyond `limit`, which is then in `losses`.
static int train(char *base, Address at, Address x, Address xBytes, Address labels, Address labelBytes, int B, int steps,
                 double limit) {
  const Slot *slot = (const Slot *)(base + at);
  const StepCode *code = (const StepCode *)(base + slot->code);
  const double *rates = slot->rates ? (const double *)(base + slot->rates) : 0;
  Team team;
  Batch batch = {.base = base, .slot = slot, .code = code, .x = x, .labels = labels, .B = B, .team = &team};
  batch.optimizer = (Optimizer *)(base + slot->optimizer);
  batch.P = panelsOf(B, code->panelRows);
  int done = 0;
  beginTeam(&team, code->threads);
  for (; done < steps && trainStep(&batch, rates ? rates + done : 0, limit); done++) {
    batch.x += xBytes;
    batch.labels += labelBytes;
  }
  endTeam(&team);
  return done;
}

/// Adds the losses, times their weights, of those of the first `counted` of `rows` rows at `x` (panels of `stride`) that have a label to
/// `losses`. `unit` rows, a multiple of 8, are added up in float32 before they join the sum in float64; the code takes as many at once, in whole panels. At `out`,
/// unless it is 0, are then the outputs of all rows, row after row.
static void evaluate(char *base, Address at, Address x, Address stride, Address labels, int rows, int unit, int counted,
                     Address out) {
  const Slot *slot = (const Slot *)(base + at);
  const StepCode *code = (const StepCode *)(base + slot->code);
  const int panelRows = code->panelRows, K = code->K, most = unit / panelRows * panelRows;
  double *losses = (double *)(base + slot->losses);
  const TaskLoss *tasks = (const TaskLoss *)(base + slot->tasks);
  const size_t column = 4 * (size_t)panelRows;
  float *predictions = (float *)(base + out);
  float classes[K][4];
  __builtin_memset(classes, 0, sizeof classes);
  Team team;
  beginTeam(&team, code->threads);
  for (int row = 0; row < rows; row++) {
    const int b = row % most, lane = b % panelRows;
    if (b == 0) {
      const int B = rows - row < most ? rows - row : most;
      const Address from = x + (Address)(row / panelRows) * stride;
      const Part part = {base, code->begin, code->middle, from, slot->weights, panelsOf(B, panelRows), panelRows, 0};
      workTogether(&team, executeShare, &part);
    }
    const char *outputs = base + code->predictions + (size_t)(b / panelRows) * code->stride + 4 * (size_t)lane;
    const size_t panel = (size_t)(row / panelRows * panelRows);
    const float *label = (const float *)(base + labels) + panel * (size_t)tasks->labelColumns + lane;
    for (int k = 0; k < K; outputs += (size_t)tasks[k++].outputs * column) {
      const float of = label[k * panelRows];
      if (row < counted && of == of)
        classes[k][row & 3] += weightOf(tasks + k, label + k * panelRows, panelRows) * lossOfRow(tasks + k, outputs, column, of);
      if (out) for (int n = 0; n < tasks[k].outputs; n++) *predictions++ = *(const float *)(outputs + n * column);
    }
    if (row >= counted || ((row + 1) % unit != 0 && row + 1 < counted)) continue;
    for (int k = 0; k < K; k++)
      losses[k] += (((double)classes[k][0] + (double)classes[k][1]) + ((double)classes[k][2] + (double)classes[k][3])) *
                   tasks[k].unit;
    __builtin_memset(classes, 0, sizeof classes);
  }
  endTeam(&team);
}

#ifdef SET
const Kernels SET = {train, execute, evaluate, normals, labels, panelsToRows, gatherRows, encodeRows, gatherLabels};
#endif
