#pragma once
#include <stddef.h>
#include <stdint.h>
#include "../../rows/kernels/table.h"
#include "records.h"

/// The entry points of a kernel set; see its files for what each does. `base` is where linear memory begins.
typedef struct {
  int (*train)(char *base, Address slot, Address x, Address xBytes, Address labels, Address labelBytes, int B,
               int steps, double limit);
  void (*execute)(char *base, Address at, Address end, Address x, Address weights, int P, Address optimizer,
                  int panelRows);
  void (*evaluate)(char *base, Address slot, Address x, Address stride, Address labels, int rows, int unit,
                   int counted, Address out);
  void (*normals)(char *out, size_t stride, int D, int P, uint32_t first, uint32_t step, uint32_t perStep,
                  uint32_t key0, uint32_t key1, int panelRows);
  void (*labels)(char *base, const Generator *generator, const char *x, size_t stride, const char *noise, char *out,
                 int P, int panelRows);
  void (*panelsToRows)(const char *panels, size_t stride, char *rows, size_t rowBytes, int P);
  void (*gatherRows)(const char *rows, size_t rowBytes, const uint32_t *ids, char *out, size_t stride, int P,
                     int panelRows);
  void (*encodeRows)(char *base, const CellCode *codes, int C, const char *cells, size_t cellBytes, char *out,
                     size_t stride, int rows, int most);
  void (*gatherLabels)(const char *set, const uint32_t *ids, char *out, int K, int P, int panelRows);
} Kernels;

#if defined(__x86_64__) || defined(_M_X64)
extern const Kernels avx2, avx2Fused, avx512, avx512Fused;
#else
extern const Kernels neon, neonFused;
#endif
