/** Things to do later, each at most once, by name. */
export class Timers<Name extends string> {
  private readonly running = new Map<Name, ReturnType<typeof setTimeout>>();

  /** Returns whether the thing is still to be done. */
  waits(name: Name): boolean {
    return this.running.has(name);
  }

  /** Does the thing after a delay, in place of the time set before. */
  set(name: Name, delayMs: number, work: () => void): void {
    this.cancel(name);
    const run = () => {
      this.running.delete(name);
      work();
    };
    this.running.set(name, setTimeout(run, delayMs));
  }

  /** Leaves the thing undone. */
  cancel(name: Name): void {
    clearTimeout(this.running.get(name));
    this.running.delete(name);
  }
}
