export { gatherLabels, gatherRows, labels, normals, panelsToRows } from "../../rows/kernels/index";
export { execute } from "./execute";
export { evaluate, train } from "./train";
