// One kernel set: compiled once for each instruction set, with SET its name; by wasm.c for WebAssembly. All do the same
// operations in the same order, without fused multiply-add: the same bits. docs/kernels.md tells how a step flows through.
#include "kernels.h"
#include "../../rows/kernels/data.h"
#include "dropout.h"
#include "embedding.h"
#include "loss.h"
#include "panel-update.h"
#include "panels.h"
#include "row-update.h"
#include "sparse.h"

static void nextStep(const NextStep *op, char *base) { ++*(int32_t *)(base + op->step); }

/// One operation on P panels; a layer's input is `x`.
INLINE void panelOperation(int kind, const void *op, char *base, char *x, char *weights, int P, const Optimizer *o) {
  switch (kind) {
    case DENSE: dense(op, base, x, weights, P); break;
    case INPUT_GRADIENT: inputGradient(op, base, weights, P); break;
    case UPDATE: update(op, base, x, weights, P, o); break;
    case SOFTMAX: softmax(op, base, P); break;
    case MIX: mix(op, base, P); break;
    case GATE_GRADIENT: gateGradient(op, base, P); break;
    case EXPERT_GRADIENT: expertGradient(op, base, P); break;
    case DROPOUT: dropout(op, base, P); break;
    case SCALE: scale(op, base, P, LANES); break;
    case TOP_SOFTMAX: topSoftmax(op, base, P); break;
    case RESIDUAL: residual(op, base, P, LANES); break;
    case EMBED: embed(op, base, x, weights, P, LANES); break;
    case UPDATE_TABLE: updateTable(op, base, x, weights, P, LANES, o); break;
    case SPARSE_DENSE: sparseDense(op, base, x, weights, P); break;
    case NEXT_STEP: nextStep(op, base); break;
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
    case EMBED: embed(op, base, x, weights, B, 1); break;
    case UPDATE_TABLE: updateTable(op, base, x, weights, B, 1, o); break;
    case NEXT_STEP: nextStep(op, base); break;
    default: __builtin_trap();
  }
}

/// Executes instructions from `at` to `end` on P panels of `panelRows` rows at `x`.
static void execute(char *base, Address at, Address end, Address x, Address weights, int P, Address optimizer,
                    int panelRows) {
  const Optimizer *o = (const Optimizer *)(base + optimizer);
  while (at < end) {
    const Instruction *head = (const Instruction *)(base + at);
    // an operation on layers has its input first; 0 means the rows of the step
    const Address from = ((const Dense *)head)->x;
    char *input = base + (from ? from : x);
    if (panelRows == 1) rowOperation(head->op, head, base, input, base + weights, P, o);
    else panelOperation(head->op, head, base, input, base + weights, P, o);
    at += (Address)head->size;
  }
}

INLINE int panelsOf(int rows, int panelRows) { return (rows + panelRows - 1) / panelRows; }

/// Mean over the tasks of the batch's loss, which is that of the rows that have the task's label.
static double batchLoss(char *base, const Member *member, const char *labels, int B) {
  const StepCode *code = (const StepCode *)(base + member->code);
  double *losses = (double *)(base + member->losses), mean = 0;
  const char *predictions = base + code->predictions;
  char *gradient = base + code->gradient;
  const TaskLoss *tasks = (const TaskLoss *)(base + member->tasks);
  if (code->panelRows == 1) rowLosses(tasks, predictions, gradient, code->stride, labels, losses, code->K, B);
  else panelLosses(tasks, predictions, gradient, code->stride, labels, losses, code->K, B);
  for (int k = 0; k < code->K; k++) mean += losses[k] / (double)code->K;
  return mean;
}

/// Stores the gradients of a step in the backward code, then takes the step by them, scaled down to a norm.
static void clippedStep(char *base, const Member *member, Address x, int P, const Optimizer *o) {
  const StepCode *code = (const StepCode *)(base + member->code);
  const Clip *clip = (const Clip *)(base + member->clip);
  char *weights = base + member->weights;
  const char *gradients = weights + ((const Optimizer *)(base + clip->store))->moments;
  execute(base, code->middle, code->end, x, member->weights, P, clip->store, code->panelRows);
  const float scale = clipScale(clip, (const int32_t *)(base + clip->order), gradients);
  follow(o, (const int32_t *)(base + clip->ranges), clip->rangeCount, weights, gradients, scale);
}

/// Trains a run on `steps` batches of B rows, one after the other at `x` (each xBytes long) with their labels. Returns
/// the number of steps done: fewer if a loss is NaN or beyond `limit`, which is then in `losses`.
static int train(char *base, Address at, Address x, Address xBytes, Address labels, Address labelBytes, int B, int steps,
                 double limit) {
  const Member *member = (const Member *)(base + at);
  const StepCode *code = (const StepCode *)(base + member->code);
  Optimizer *o = (Optimizer *)(base + member->optimizer);
  const double *losses = (const double *)(base + member->losses);
  double *sums = (double *)(base + member->sums);
  const int P = panelsOf(B, code->panelRows);
  for (int s = 0; s < steps; s++, x += xBytes, labels += labelBytes) {
    execute(base, code->begin, code->middle, x, member->weights, P, member->optimizer, code->panelRows);
    if (!(batchLoss(base, member, base + labels, B) <= limit)) return s;
    for (int k = 0; k < code->K; k++) sums[k] += losses[k];
    if (member->rates) o->lr = ((const double *)(base + member->rates))[s];
    beginStep(o);
    if (member->clip) clippedStep(base, member, x, P, o);
    else execute(base, code->middle, code->end, x, member->weights, P, member->optimizer, code->panelRows);
  }
  return steps;
}

/// Adds the losses of those of `rows` rows at `x` (panels of `stride`) that have a label to `losses`. `unit` rows, a multiple of 8, are added
/// up in float32 before they join the sum in float64; the code takes as many at once, in whole panels.
static void evaluate(char *base, Address at, Address x, Address stride, Address labels, int rows, int unit) {
  const Member *member = (const Member *)(base + at);
  const StepCode *code = (const StepCode *)(base + member->code);
  const int panelRows = code->panelRows, K = code->K, most = unit / panelRows * panelRows;
  double *losses = (double *)(base + member->losses);
  const TaskLoss *tasks = (const TaskLoss *)(base + member->tasks);
  const size_t column = 4 * (size_t)panelRows;
  float classes[K][4];
  __builtin_memset(classes, 0, sizeof classes);
  for (int row = 0; row < rows; row++) {
    const int b = row % most, lane = b % panelRows;
    if (b == 0) {
      const int B = rows - row < most ? rows - row : most;
      execute(base, code->begin, code->middle, x + (Address)(row / panelRows) * stride, member->weights,
              panelsOf(B, panelRows), member->optimizer, panelRows);
    }
    const char *outputs = base + code->predictions + (size_t)(b / panelRows) * code->stride + 4 * (size_t)lane;
    const float *label = (const float *)(base + labels) + (size_t)(row / panelRows * panelRows) * (size_t)K + lane;
    for (int k = 0; k < K; outputs += (size_t)tasks[k++].outputs * column) {
      const float of = label[k * panelRows];
      if (of == of) classes[k][row & 3] += lossOfRow(tasks + k, outputs, column, of);
    }
    if ((row + 1) % unit != 0 && row + 1 < rows) continue;
    for (int k = 0; k < K; k++)
      losses[k] += (((double)classes[k][0] + (double)classes[k][1]) + ((double)classes[k][2] + (double)classes[k][3])) *
                   tasks[k].unit;
    __builtin_memset(classes, 0, sizeof classes);
  }
}

#ifdef SET
const Kernels SET = {train, execute, evaluate, normals, labels, panelsToRows, gatherRows, gatherLabels};
#endif
