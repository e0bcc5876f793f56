// The WebAssembly module that makes rows. Linear memory begins at address 0.
#include "data.h"
#include "table.h"

#define EXPORT(NAME) __attribute__((export_name(#NAME))) void NAME##Entry
#define BASE ((char *)0)

EXPORT(normals)(char *out, size_t stride, int D, int P, uint32_t first, uint32_t step, uint32_t perStep, uint32_t key0,
                uint32_t key1, int panelRows) {
  normals(out, stride, D, P, first, step, perStep, key0, key1, panelRows);
}

EXPORT(labels)(const Generator *generator, const char *x, size_t stride, const char *noise, char *out, int P,
               int panelRows) {
  labels(BASE, generator, x, stride, noise, out, P, panelRows);
}

EXPORT(panelsToRows)(const char *panels, size_t stride, char *rows, size_t rowBytes, int P) {
  panelsToRows(panels, stride, rows, rowBytes, P);
}

EXPORT(gatherRows)(const char *rows, size_t rowBytes, const uint32_t *ids, char *out, size_t stride, int P,
                   int panelRows) {
  gatherRows(rows, rowBytes, ids, out, stride, P, panelRows);
}

EXPORT(encodeRows)(const CellCode *codes, int C, const char *cells, size_t cellBytes, char *out, size_t stride, int rows,
                   int most) {
  encodeRows(BASE, codes, C, cells, cellBytes, out, stride, rows, most);
}

EXPORT(gatherLabels)(const char *set, const uint32_t *ids, char *out, int K, int P, int panelRows) {
  gatherLabels(set, ids, out, K, P, panelRows);
}
