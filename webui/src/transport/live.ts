import type { Frame } from "@/domain/contract";

export type Contact = "connecting" | "live" | "lost";

export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  closed(code: number): void;
}

export interface LivePorts {
  /** Opens a socket; the returned function closes it without a further event. */
  open(path: string, events: SocketEvents): () => void;
  /** Returns whether the box this socket belongs to still answers. */
  probe(): Promise<boolean>;
  /** Calls back once after a delay; the returned function cancels it. */
  after(delayMs: number, work: () => void): () => void;
  random(): number;
  visible(): boolean;
}

export interface LiveEvents {
  /** `sudden`: the socket closed, without a silence before; the next may open at once. */
  contact(contact: Contact, sudden: boolean): void;
  frame(frame: Frame): void;
  /** The box has another list than the one the cursor came from: what was read is void. */
  otherStore(): void;
}

export const LIVE_TIMES = {
  /** A box tells its status every 2 s. Silent for longer it is asked, within the 5 s promise. */
  quietMs: 2600,
  openWithinMs: 4000,
  /** A socket that lived this long ends the back-off. */
  settledMs: 5000,
  firstRetryMs: 300,
  longestRetryMs: 5000,
  /** Nobody looks: spare the battery. */
  hiddenRetryMs: 30_000,
} as const;

const MALFORMED = 4400;
const OTHER_STORE = 4410;

/** Keeps one socket to the box alive and hands its frames on, from the last cursor. */
export class Live {
  private cursor: string | null = null;
  private attempt = 0;
  private contactNow: Contact = "connecting";
  private closeSocket: (() => void) | null = null;
  private cancels = new Map<"open" | "quiet" | "settled" | "retry", () => void>();
  private generation = 0;

  constructor(
    private readonly ports: LivePorts,
    private readonly events: LiveEvents,
  ) {}

  /** The place in the order of arrival up to which everything was handed on. */
  get lastCursor(): string | null {
    return this.cursor;
  }

  /** Opens a socket, in place of one that may belong to a box that is gone. */
  start(): void {
    this.dropSocket();
    this.say("connecting");
    const generation = ++this.generation;
    const current = (work: () => void) => generation === this.generation && work();
    this.wait("open", LIVE_TIMES.openWithinMs, () => this.lose());
    this.closeSocket = this.ports.open(this.path(), {
      opened: () => current(() => this.opened()),
      received: (text) => current(() => this.received(text)),
      closed: (code) => current(() => this.closed(code)),
    });
  }

  /** Tries now instead of later: the person looks, or the phone says it is back on a network. */
  wake(): void {
    if (this.contactNow === "lost") this.start();
    else if (this.contactNow === "live") void this.ask();
  }

  private path(): string {
    const since = this.cursor === null ? "" : `&since=${encodeURIComponent(this.cursor)}`;
    return `/ws/messages?with=peers,status${since}`;
  }

  private opened(): void {
    this.cancel("open");
    this.wait("settled", LIVE_TIMES.settledMs, () => (this.attempt = 0));
    this.listen();
    this.say("live");
  }

  private received(text: string): void {
    this.listen();
    const frame = JSON.parse(text) as Frame;
    this.events.frame(frame);
    this.cursor = frame.cursor;
  }

  private closed(code: number): void {
    if (code === OTHER_STORE || code === MALFORMED) {
      this.cursor = null;
      this.events.otherStore();
    }
    this.lose(true);
  }

  private listen(): void {
    this.wait("quiet", LIVE_TIMES.quietMs, () => void this.ask());
  }

  private async ask(): Promise<void> {
    this.cancel("quiet");
    if (!this.ports.visible()) return this.listen();
    const generation = this.generation;
    const answers = await this.ports.probe();
    if (generation !== this.generation || this.contactNow !== "live") return;
    if (answers) this.listen();
    else this.lose();
  }

  private lose(sudden = false): void {
    this.dropSocket();
    this.say("lost", sudden);
    const { firstRetryMs, longestRetryMs, hiddenRetryMs } = LIVE_TIMES;
    const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** this.attempt);
    this.attempt += 1;
    const delayMs = this.ports.visible()
      ? longest * (0.5 + this.ports.random() / 2)
      : hiddenRetryMs;
    this.wait("retry", delayMs, () => this.start());
  }

  private dropSocket(): void {
    this.generation += 1;
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
    this.closeSocket?.();
    this.closeSocket = null;
  }

  private wait(name: "open" | "quiet" | "settled" | "retry", delayMs: number, work: () => void) {
    this.cancel(name);
    this.cancels.set(name, this.ports.after(delayMs, work));
  }

  private cancel(name: "open" | "quiet" | "settled" | "retry"): void {
    this.cancels.get(name)?.();
    this.cancels.delete(name);
  }

  private say(contact: Contact, sudden = false): void {
    if (contact === this.contactNow) return;
    this.contactNow = contact;
    this.events.contact(contact, sudden);
  }
}
