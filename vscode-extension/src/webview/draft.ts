/**
 * Own the question that is being written: its keys, its height, and what was asked before.
 *
 * It must not send anything.
 */

interface Keeper {
  getState(): unknown;
  setState(state: unknown): void;
}

/** A text field that grows; Enter ends it, Shift+Enter breaks the line, Up and Down go through earlier questions. */
export class Draft {
  readonly #field: HTMLTextAreaElement;
  readonly #keeper: Keeper;
  #at: number | null = null;

  /** Called on Enter. */
  onEnter: () => void = () => undefined;
  /** Earlier questions, oldest first. */
  history: readonly string[] = [];

  constructor(field: HTMLTextAreaElement, keeper: Keeper) {
    this.#field = field;
    this.#keeper = keeper;
    const kept = keeper.getState();
    if (typeof kept === "string") field.value = kept;
    field.addEventListener("input", () => {
      this.#at = null;
      this.#changed();
    });
    field.addEventListener("keydown", (event) => {
      this.#pressed(event);
    });
    this.#changed();
  }

  get text(): string {
    return this.#field.value;
  }

  focus(): void {
    this.#field.focus();
  }

  clear(): void {
    this.#at = null;
    this.#put("");
  }

  write(text: string): void {
    this.#put(text);
    this.focus();
  }

  #pressed(event: KeyboardEvent): void {
    // While characters are being composed Enter ends the composition.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.onEnter();
    } else if (event.key === "ArrowUp" && this.#isUntouched()) {
      this.#recall(event, (this.#at ?? this.history.length) - 1);
    } else if (event.key === "ArrowDown" && this.#at !== null && this.#isUntouched()) {
      this.#recall(event, this.#at + 1);
    }
  }

  /** Tell whether the arrows are free: nothing is written, or what stands there was recalled. */
  #isUntouched(): boolean {
    return this.text === "" || this.#at !== null;
  }

  #recall(event: KeyboardEvent, at: number): void {
    if (at < 0) return;
    event.preventDefault();
    this.#at = at < this.history.length ? at : null;
    this.#put(this.history[at] ?? "");
  }

  #put(text: string): void {
    this.#field.value = text;
    this.#changed();
  }

  #changed(): void {
    this.#keeper.setState(this.text);
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
