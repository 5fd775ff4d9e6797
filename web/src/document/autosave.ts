import { ref } from "vue";

const SAVE_AFTER_MS = 1000;
const RETRY_AFTER_MS = 5000;

export type SaveState = "none" | "saved" | "waiting" | "saving" | "failed";

/** Saves a draft a second after the last change, one request at a time, and tries again. */
export class Autosave {
  readonly state = ref<SaveState>("none");
  /** When the draft was saved last. */
  readonly savedAt = ref<string | null>(null);
  readonly error = ref<unknown>(null);
  readonly #save: () => Promise<void>;
  #timer = 0;
  #running: Promise<void> | null = null;

  constructor(options: { savedAt: string | null; save: () => Promise<void> }) {
    this.#save = options.save;
    this.savedAt.value = options.savedAt;
    this.state.value = options.savedAt ? "saved" : "none";
  }

  /** Something changed. */
  touch(): void {
    this.state.value = "waiting";
    this.#schedule(SAVE_AFTER_MS);
  }

  /** Whether something would be lost if the page went away now. */
  get isPending(): boolean {
    return !["none", "saved"].includes(this.state.value);
  }

  /** Waits for what is being saved and keeps the rest from it: something else will save it. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }

  /** There is no draft any more. */
  rest(): void {
    clearTimeout(this.#timer);
    this.state.value = "none";
    this.savedAt.value = null;
  }

  /** Saves at once what waits. */
  async flush(): Promise<void> {
    await this.settle();
    if (this.isPending) await this.#run();
  }

  #schedule(after: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#run(), after);
  }

  async #run(): Promise<void> {
    if (this.#running) return this.#schedule(SAVE_AFTER_MS);
    this.state.value = "saving";
    this.#running = this.#attempt();
    await this.#running;
    this.#running = null;
  }

  async #attempt(): Promise<void> {
    try {
      await this.#save();
      // A change that came meanwhile waits for its own turn.
      if (this.state.value === "saving") this.state.value = "saved";
      this.savedAt.value = new Date().toISOString();
      this.error.value = null;
    } catch (error) {
      this.state.value = "failed";
      this.error.value = error;
      this.#schedule(RETRY_AFTER_MS);
    }
  }
}
