// The WebAssembly module that trains and makes rows.
#include "kernels.c"
#include "../../rows/kernels/wasm.c"

__attribute__((export_name("train"))) int trainEntry(Address slot, Address x, Address xBytes, Address labels,
                                                     Address labelBytes, int B, int steps, double limit) {
  return train(BASE, slot, x, xBytes, labels, labelBytes, B, steps, limit);
}

EXPORT(execute)(Address at, Address end, Address x, Address weights, int P, Address optimizer, int panelRows) {
  execute(BASE, at, end, x, weights, P, optimizer, panelRows);
}

EXPORT(evaluate)(Address slot, Address x, Address stride, Address labels, int rows, int unit, int counted,
                 Address out) {
  evaluate(BASE, slot, x, stride, labels, rows, unit, counted, out);
}
