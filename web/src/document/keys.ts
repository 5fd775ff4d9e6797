import { onBeforeUnmount, onMounted } from "vue";

/**
 * Undo, redo and save by keyboard. While text is typed in a field, undo is the field's own; a
 * field that was only entered has nothing to take back, so there it is the designer's.
 */
export function useDesignerKeys(actions: {
  undo: () => void;
  redo: () => void;
  save: () => void;
}): void {
  let typed: EventTarget | null = null;

  function onInput(event: Event): void {
    typed = event.target;
  }

  function onFocus(): void {
    typed = null;
  }

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const act = actionOf(event.key.toLowerCase(), event.shiftKey);
    if (!act || (act !== actions.save && typed === event.target)) return;
    event.preventDefault();
    act();
  }

  function actionOf(key: string, shift: boolean): (() => void) | null {
    if (key === "z") return shift ? actions.redo : actions.undo;
    if (key === "y") return actions.redo;
    return key === "s" ? actions.save : null;
  }

  const listeners = [
    ["keydown", onKey],
    ["input", onInput],
    ["focusin", onFocus],
  ] as const;
  onMounted(() => {
    for (const [name, listener] of listeners) addEventListener(name, listener as EventListener);
  });
  onBeforeUnmount(() => {
    for (const [name, listener] of listeners) removeEventListener(name, listener as EventListener);
  });
}
