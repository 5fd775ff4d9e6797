// The parts of this folder that other screens show.
export { default as InstancePanel } from "./InstancePanel.vue";
export { default as InstancePath } from "./InstancePath.vue";
export { default as InstanceTree } from "./InstanceTree.vue";
export { default as StuckNotice } from "./StuckNotice.vue";
export { type InstanceSource, useInstance } from "./useInstance";
