// A task's loss in each row, and its derivative by the task's outputs.
#pragma once
#include "exp.h"
#include "log.h"
#include "records.h"

/// The derivative of the loss of an error without its factor: e, or e cut off at delta. NaN stays NaN.
INLINE F slopeOf(F error, float delta) {
  if (!(delta < __builtin_inff())) return error;
  F low = pmax(error, splat(-delta));
  return choose(splat(delta) < low, splat(delta), low);
}

/// e² or, with a finite `delta`, Huber's loss: e² / 2 up to delta, delta (|e| - delta / 2) beyond.
INLINE F lossOf(F error, F slope, float delta) {
  if (!(delta < __builtin_inff())) return error * error;
  return slope * (error - 0.5f * slope);
}

/// The same for one number.
INLINE float slopeOfOne(float error, float delta) {
  const float low = error < -delta ? -delta : error;
  return delta < low ? delta : low;
}

INLINE float lossOfOne(float error, float slope, float delta) {
  return delta < __builtin_inff() ? slope * (error - 0.5f * slope) : error * error;
}

/// What times a slope is the gradient of the mean over `rows` rows.
INLINE float slopeScale(const TaskLoss *task, int rows) {
  const int isSquare = task->kind == REGRESSION && !(task->delta < __builtin_inff());
  return task->factor * ((isSquare ? 2 : 1) / (float)rows);
}

/// The mean loss of `rows` rows in the task's unit; 0 without any.
INLINE double meanOf(const TaskLoss *task, double sum, int rows) {
  return rows > 0 ? sum * task->unit / (double)rows : 0;
}

/// ln(1 + exp(-m)), m the logit with the sign of its label (1 or 0): the loss in nats, and its derivative by the logit.
INLINE F logistic(F logit, F label, F *slope) {
  F sign = label + label - 1, margin = sign * logit, opposite = -margin;
  F u = expOfNegative(choose(margin < 0, margin, opposite));
  *slope = -sign * (choose(margin < 0, splat(1), u) / (u + 1));
  return pmax(opposite, splat(0)) + logOfOnePlus(u);
}

/// A column of logits: of a panel's rows or, if `isOne`, of one row, in all lanes.
INLINE F column(const int isOne, const char *logits, size_t bytes, int c) {
  const char *at = logits + (size_t)c * bytes;
  return isOne ? splat(*(const float *)at) : load(at);
}

/// The largest of C logits and, into `others`, the sum of exp(logit - largest) over all but the first that is largest.
INLINE F largestLogit(const int isOne, const char *logits, size_t bytes, int C, F *others) {
  F largest = column(isOne, logits, bytes, 0);
  I place = {};
  for (int c = 1; c < C; c++) {
    F logit = column(isOne, logits, bytes, c);
    place = (I)choose(largest < logit, (F)splatI(c), (F)place);
    largest = choose(largest < logit, logit, largest);
  }
  F sum = {};
  for (int c = 0; c < C; c++) {
    F e = expOfNegative(column(isOne, logits, bytes, c) - largest);
    sum += (F)((I)e & (place != splatI(c)));
  }
  *others = sum;
  return largest;
}

/// -ln of the label's share in the softmax of C logits, in nats.
INLINE F crossEntropy(const int isOne, const char *logits, size_t bytes, int C, I label, F largest, F others) {
  F logit = {};
  for (int c = 0; c < C; c++) logit = choose(label == splatI(c), column(isOne, logits, bytes, c), logit);
  return largest - logit + logOfOnePlus(others);
}

/// Softmax's share of column c, less 1 for the label: the derivative by its logit.
INLINE F shareSlope(F logit, F largest, F others, I label, int c) {
  F share = expOfNegative(logit - largest) / (others + 1);
  return choose(label == splatI(c), share - 1, share);
}

/// The loss of a row whose outputs are `bytes` apart.
INLINE float lossOfRow(const TaskLoss *task, const char *outputs, size_t bytes, float label) {
  F slope, others;
  if (task->kind == BINARY) return logistic(column(1, outputs, bytes, 0), splat(label), &slope)[0];
  if (task->kind == CATEGORICAL) {
    F largest = largestLogit(1, outputs, bytes, task->outputs, &others);
    return crossEntropy(1, outputs, bytes, task->outputs, splatI((int32_t)label), largest, others)[0];
  }
  const float error = *(const float *)outputs - label;
  return lossOfOne(error, slopeOfOne(error, task->delta), task->delta);
}

/// Of a panel's rows from number `b` of B on, those that have a label.
INLINE I labelledRows(F label, int b, int B) { return (laneNumbers() < splatI(B - b)) & (I)(label == label); }

/// How many of B rows have a label.
INLINE int panelsLabelled(const char *labels, size_t labelBytes, int B) {
  I count = {};
  for (int b = 0; b < B; b += LANES) count -= labelledRows(load(labels + (size_t)(b / LANES) * labelBytes), b, B);
  int sum = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) sum += count[lane];
  return sum;
}

/// Losses of a task's rows in a panel times their weights, of which those in `rows` count: stores the gradients of its outputs.
INLINE F panelLoss(const int kind, const TaskLoss *task, const char *outputs, char *gradient, F label, F weight, I rows,
                   float scale) {
  F slope, loss, others;
  if (kind == CATEGORICAL) {
    const int C = task->outputs;
    F largest = largestLogit(0, outputs, LINE, C, &others);
    I of = __builtin_convertvector((F)((I)label & rows), I);
    for (int c = 0; c < C; c++) {
      slope = shareSlope(column(0, outputs, LINE, c), largest, others, of, c);
      store(gradient + c * LINE, (F)((I)(slope * weight) & rows) * scale);
    }
    return (F)((I)(crossEntropy(0, outputs, LINE, C, of, largest, others) * weight) & rows);
  }
  F output = load(outputs);
  if (kind == BINARY) {
    loss = logistic(output, label, &slope);
  } else {
    F error = (F)((I)(output - label) & rows);
    slope = slopeOf(error, task->delta);
    loss = lossOf(error, slope, task->delta);
  }
  store(gradient, (F)((I)(slope * weight) & rows) * scale);
  return (F)((I)(loss * weight) & rows);
}

INLINE double panelMean(const int kind, const TaskLoss *task, const char *outputs, char *gradient, size_t stride,
                        const char *labels, int B) {
  const size_t labelBytes = (size_t)task->labelColumns * LINE;
  const int count = panelsLabelled(labels, labelBytes, B);
  const float scale = slopeScale(task, count > 0 ? count : 1);
  Four sum = {};
  for (int b = 0; b < B; b += LANES) {
    const size_t p = (size_t)(b / LANES), at = p * stride;
    const char *own = labels + p * labelBytes;
    const F label = load(own), weight = task->toWeight ? load(own + task->toWeight * LINE) : splat(1);
    const I rows = labelledRows(label, b, B);
    sum = addByFours(sum, panelLoss(kind, task, outputs + at, gradient + at, label, weight, rows, scale));
  }
  return meanOf(task, ((double)sum[0] + (double)sum[1]) + ((double)sum[2] + (double)sum[3]), count);
}

/// Stores the mean of each task's losses times the rows' weights over those of the first B rows that have its label in means[k], and the
/// gradient of the objective, 0 in the others and in the rows that fill up the last panel. Predictions and gradient in panels of `stride`,
/// labels [P][labelColumns][LANES].
KERNEL void panelLosses(const TaskLoss *tasks, const char *predictions, char *gradient, size_t stride,
                        const char *labels, double *means, int K, int B) {
  for (int k = 0; k < K; k++, labels += LINE) {
    const TaskLoss *task = tasks + k;
    double *mean = means + k;
    switch (task->kind) {
      case BINARY: *mean = panelMean(BINARY, task, predictions, gradient, stride, labels, B); break;
      case CATEGORICAL: *mean = panelMean(CATEGORICAL, task, predictions, gradient, stride, labels, B); break;
      default: *mean = panelMean(REGRESSION, task, predictions, gradient, stride, labels, B);
    }
    predictions += task->outputs * LINE;
    gradient += task->outputs * LINE;
  }
}

/// A row's loss times its weight; stores the gradients of the task's outputs. Both are 0 without a label.
INLINE float rowLoss(const TaskLoss *task, const char *outputs, float *gradient, float label, float weight,
                     float scale) {
  F slope, others;
  if (label != label) {
    for (int c = 0; c < task->outputs; c++) gradient[c] = 0;
    return 0;
  }
  if (task->kind == BINARY) {
    F loss = logistic(column(1, outputs, 4, 0), splat(label), &slope);
    *gradient = slope[0] * weight * scale;
    return loss[0] * weight;
  }
  if (task->kind == CATEGORICAL) {
    const int C = task->outputs;
    const I of = splatI((int32_t)label);
    F largest = largestLogit(1, outputs, 4, C, &others);
    for (int c = 0; c < C; c++)
      gradient[c] = shareSlope(column(1, outputs, 4, c), largest, others, of, c)[0] * weight * scale;
    return crossEntropy(1, outputs, 4, C, of, largest, others)[0] * weight;
  }
  const float error = *(const float *)outputs - label, one = slopeOfOne(error, task->delta);
  *gradient = one * weight * scale;
  return lossOfOne(error, one, task->delta) * weight;
}

/// What the loss of a row counts, whose label is at `label` and its weight in the column of that number of floats after it.
INLINE float weightOf(const TaskLoss *task, const float *label, int columnFloats) {
  return task->toWeight ? label[task->toWeight * columnFloats] : 1;
}

/// The same row after row; labels [B][labelColumns].
KERNEL void rowLosses(const TaskLoss *tasks, const char *predictions, char *gradient, size_t stride, const char *labels,
                      double *means, int K, int B) {
  for (int k = 0; k < K; k++) {
    const TaskLoss *task = tasks + k;
    const float *label = (const float *)labels + k;
    const int columns = task->labelColumns;
    int count = 0;
    for (int b = 0; b < B; b++) count += label[b * columns] == label[b * columns];
    const float scale = slopeScale(task, count > 0 ? count : 1);
    float classes[4] = {0};
    for (int b = 0; b < B; b++) {
      const size_t at = b * stride;
      const float *own = label + b * columns, weight = weightOf(task, own, 1);
      classes[b & 3] += rowLoss(task, predictions + at, (float *)(gradient + at), *own, weight, scale);
    }
    means[k] = meanOf(task, ((double)classes[0] + (double)classes[1]) + ((double)classes[2] + (double)classes[3]), count);
    predictions += 4 * task->outputs;
    gradient += 4 * task->outputs;
  }
}
