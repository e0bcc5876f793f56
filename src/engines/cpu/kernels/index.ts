export { labels } from "./labels";
export { gatherLabels, gatherRows, normals, panelsToRows } from "./rows";
export { run } from "./run";
export { evaluate, train } from "./train";
