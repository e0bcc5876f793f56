// The record that ../generator.ts writes into linear memory.
#pragma once
#include <stdint.h>

/// Bytes from the start of linear memory.
typedef uint32_t Address;

/// A generator of one cell's labels: [K, D] task vectors, [m, 2] frequency and phase of each sine, all float64.
typedef struct {
  Address vectors, sines;
  int32_t D, m, K;
  /// Whether labels are signs: 1 above 0, else 0.
  int32_t binary;
  double noiseStd, mean, inverseStd;
} Generator;
