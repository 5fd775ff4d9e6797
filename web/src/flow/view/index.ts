// The parts of this folder that other screens show.
export { default as ProcessPanel } from "./ProcessPanel.vue";
export { default as ProcessPath } from "./ProcessPath.vue";
export { default as ProcessTree } from "./ProcessTree.vue";
