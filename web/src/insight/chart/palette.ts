import { onBeforeUnmount, onMounted, type Ref, shallowRef } from "vue";

/** The tokens that a canvas needs as plain colours. */
export interface Palette {
  text: string;
  text2: string;
  text3: string;
  line: string;
  lineStrong: string;
  surface: string;
  /** The eight colours of series. */
  series: string[];
  font: string;
}

/** The page's colours; they change with the theme. */
export function usePalette(): Ref<Palette> {
  const palette = shallowRef(read());
  const watcher = new MutationObserver(() => {
    palette.value = read();
  });
  onMounted(() => {
    watcher.observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-theme", "data-trend"],
    });
  });
  onBeforeUnmount(() => watcher.disconnect());
  return palette;
}

/** Whether the reader asked for no motion. */
export function isStill(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token("text"),
    text2: token("text-2"),
    text3: token("text-3"),
    line: token("line"),
    lineStrong: token("line-strong"),
    surface: token("surface"),
    series: Array.from({ length: 8 }, (_, index) => token(`c${index + 1}`)),
    font: token("font"),
  };
}
