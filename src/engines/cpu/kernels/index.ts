export { labels } from "./labels";
export { gatherLabels, gatherRows, normals, panelsToRows } from "./rows";
export { evaluate, train } from "./train";

/** The first byte that is free. */
export function heapBase(): usize {
  return __heap_base;
}
