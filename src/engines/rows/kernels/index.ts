export { labels } from "./labels";
export { gatherLabels, gatherRows, normals, panelsToRows } from "./rows";
