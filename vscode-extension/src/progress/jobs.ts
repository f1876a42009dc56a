/**
 * Own where the progress of a job is shown, and what is said at its end.
 *
 * It must not know the editor or what a job does: of a job it knows its title.
 */

/** "corner" is a notification with a button that cancels, "bar" a few words in the status bar. */
export type Spot = "corner" | "bar";

/** Beyond these, notifications would cover the code. */
const MOST_IN_CORNER = 2;
// Answers have a button of their own in the panel, and the index is nobody's job.
const QUIET = /^(?:Ask: |Explain |Index )/u;

/** The jobs that are shown, by where. */
export class ShownJobs<Token> {
  readonly #shown = new Map<Token, { readonly title: string; readonly spot: Spot }>();

  /** Note a job that begins, and return where it is shown. */
  begin(token: Token, title: string): Spot {
    const inCorner = [...this.#shown.values()].filter((it) => it.spot === "corner").length;
    const spot = QUIET.test(title) || inCorner >= MOST_IN_CORNER ? "bar" : "corner";
    this.#shown.set(token, { title, spot });
    return spot;
  }

  /** Note that a job has ended, and return what to say of it for a while, null where nothing is. */
  end(token: Token, message: string | undefined): string | null {
    const job = this.#shown.get(token);
    this.#shown.delete(token);
    if (job === undefined || message === undefined || message === "" || QUIET.test(job.title)) return null;
    return `${job.title}: ${message}`;
  }
}
