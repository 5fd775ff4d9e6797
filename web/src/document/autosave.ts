import { ref } from "vue";
import { ApiError } from "@/api/problem";
import { t } from "@/app/i18n";
import { answerTo } from "@/app/notify";

const SAVE_AFTER_MS = 1000;
const RETRY_AFTER_MS = 5000;

export type SaveState = "none" | "saved" | "waiting" | "saving" | "failed" | "conflict";

/**
 * Saves a draft a second after the last change, one request at a time, and tries again. When
 * somebody else has saved the draft meanwhile, it asks before it writes over theirs.
 */
export class Autosave {
  readonly state = ref<SaveState>("none");
  /** When the draft was saved last. */
  readonly savedAt = ref<string | null>(null);
  readonly error = ref<unknown>(null);
  readonly #save: (version: number) => Promise<{ version: number }>;
  #version: number;
  #timer = 0;
  #running: Promise<void> | null = null;

  constructor(options: {
    savedAt: string | null;
    version: number;
    save: (version: number) => Promise<{ version: number }>;
  }) {
    this.#save = options.save;
    this.#version = options.version;
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

  /** Whether the last change could not be saved. */
  get isFailed(): boolean {
    return ["failed", "conflict"].includes(this.state.value);
  }

  /** Waits for what is being saved and keeps the rest from it: something else will save it. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }

  /** The version of the draft as it was saved or opened last; 0 for none. */
  get version(): number {
    return this.#version;
  }

  /** There is no draft any more. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#version = 0;
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
      this.#version = (await this.#save(this.#version)).version;
      // A change that came meanwhile waits for its own turn.
      if (this.state.value === "saving") this.state.value = "saved";
      this.savedAt.value = new Date().toISOString();
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
      if (error instanceof ApiError && error.status === 409) {
        this.state.value = "conflict";
        void this.#meet(error.conflict?.version ?? 0);
        return;
      }
      this.state.value = "failed";
      this.#schedule(RETRY_AFTER_MS);
    }
  }

  /** Somebody else has saved the draft: theirs stays until one says otherwise. */
  async #meet(theirs: number): Promise<void> {
    const answer = await answerTo({
      title: t("designer.draft_conflict.title"),
      text: t("designer.draft_conflict.text"),
      action: t("designer.draft_conflict.keep"),
      instead: t("designer.draft_conflict.load"),
      danger: true,
    });
    if (answer === "instead") {
      // What is not saved is given up: nothing asks once more.
      this.state.value = "none";
      location.reload();
    }
    if (answer !== "action") return;
    this.#version = theirs;
    this.touch();
  }
}
