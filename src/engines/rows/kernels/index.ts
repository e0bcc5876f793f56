export { gatherLabels, gatherRows, labels, normals, panelsToRows } from "./rows";
