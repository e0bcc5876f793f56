// The records that ../generator.ts writes into linear memory.
#pragma once
#include <stdint.h>

/// Bytes from the start of linear memory.
typedef uint32_t Address;

/// What makes the label of a task of its projection and noise.
typedef struct {
  double noiseStd, mean, inverseStd;
  /// A row whose second normal of the task is above this has no label.
  float most;
  /// Whether labels are signs: 1 above 0, else 0.
  int32_t binary;
} LabelForm;

/// A generator of one cell's labels: [K, D] task vectors, [m, 2] frequency and phase of each sine, both float64; [K] forms.
typedef struct {
  Address vectors, sines, forms;
  int32_t D, m, K;
  /// Normals of a row: K of noise and, where labels are missing, K more.
  int32_t noiseColumns;
} Generator;
