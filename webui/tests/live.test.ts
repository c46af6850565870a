import { beforeEach, describe, expect, it } from "vitest";
import { type Contact, Live, LIVE_TIMES, type SocketEvents } from "@/transport/live";

interface Timer {
  atMs: number;
  work: () => void;
}

/** A network and a clock by hand. */
class World {
  nowMs = 0;
  visible = true;
  answers = true;
  paths: string[] = [];
  closes = 0;
  probes = 0;
  contacts: Contact[] = [];
  frames: string[] = [];
  otherStores = 0;
  sudden = false;
  private timers: Timer[] = [];
  private socket: SocketEvents | null = null;

  readonly live = new Live(
    {
      open: (path, events) => {
        this.paths.push(path);
        this.socket = events;
        return () => (this.closes += 1);
      },
      probe: () => {
        this.probes += 1;
        return Promise.resolve(this.answers);
      },
      after: (delayMs, work) => {
        const timer = { atMs: this.nowMs + delayMs, work };
        this.timers.push(timer);
        return () => (this.timers = this.timers.filter((other) => other !== timer));
      },
      random: () => 1,
      visible: () => this.visible,
    },
    {
      contact: (contact, sudden) => {
        this.contacts.push(contact);
        this.sudden = sudden;
      },
      frame: (frame) => this.frames.push(frame.cursor),
      otherStore: () => (this.otherStores += 1),
    },
  );

  get present(): SocketEvents {
    if (!this.socket) throw new Error("no socket was opened");
    return this.socket;
  }

  say(cursor: string): void {
    this.present.received(JSON.stringify({ type: "status", cursor, status: {} }));
  }

  /** Returns how long it took until a socket was opened. */
  async untilNextSocket(): Promise<number> {
    const [before, opened] = [this.nowMs, this.paths.length];
    while (this.paths.length === opened) await this.pass(50);
    return this.nowMs - before;
  }

  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.nowMs = next.atMs;
      next.work();
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
    this.nowMs = end;
  }
}

describe("the live socket", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.live.start();
    world.present.opened();
  });

  it("resumes from the last cursor after a close", async () => {
    world.say("7/a");
    world.present.closed(1006);
    await world.pass(LIVE_TIMES.firstRetryMs);
    expect(world.paths).toEqual([
      "/ws/messages?with=peers,status",
      "/ws/messages?with=peers,status&since=7%2Fa",
    ]);
    expect(world.contacts).toEqual(["live", "lost", "connecting"]);
  });

  it("resumes from the last cursor when it was too slow", async () => {
    world.say("7");
    world.present.closed(4429);
    await world.pass(LIVE_TIMES.firstRetryMs);
    expect(world.paths[1]).toContain("since=7");
    expect(world.otherStores).toBe(0);
  });

  it.each([4410, 4400])("forgets its cursor at close code %i", async (code) => {
    world.say("7");
    world.present.closed(code);
    expect(world.otherStores).toBe(1);
    await world.pass(LIVE_TIMES.firstRetryMs);
    expect(world.paths[1]).not.toContain("since");
  });

  it("backs off, but never beyond five seconds while looked at", async () => {
    const gaps: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      world.present.closed(1006);
      gaps.push(await world.untilNextSocket());
    }
    expect(gaps[0]).toBeLessThanOrEqual(LIVE_TIMES.firstRetryMs);
    expect([...gaps].sort((a, b) => a - b)).toEqual(gaps);
    expect(Math.max(...gaps)).toBe(LIVE_TIMES.longestRetryMs);
  });

  it.each([
    ["goes on backing off after a socket that lived only a moment", 100, 1200],
    ["begins anew after a socket that lived", LIVE_TIMES.settledMs, LIVE_TIMES.firstRetryMs],
  ])("%s", async (_what, livedMs, thirdGapMs) => {
    let gapMs = 0;
    for (let round = 0; round < 3; round += 1) {
      await world.pass(livedMs);
      world.present.closed(4500);
      gapMs = await world.untilNextSocket();
      world.present.opened();
    }
    expect(gapMs).toBe(thirdGapMs);
  });

  it("notices a box that fell silent within five seconds", async () => {
    world.answers = false;
    await world.pass(LIVE_TIMES.quietMs);
    expect(world.contacts[1]).toBe("lost");
    expect(world.closes).toBe(1);
    expect(world.sudden).toBe(false);
    expect(LIVE_TIMES.quietMs).toBeLessThanOrEqual(3000);
    world.live.start();
    world.present.opened();
    world.present.closed(1006);
    expect(world.sudden).toBe(true);
  });

  it("stays with a box that is silent but answers", async () => {
    await world.pass(LIVE_TIMES.quietMs * 4);
    expect(world.probes).toBe(4);
    expect(world.contacts).toEqual(["live"]);
  });

  it("does not ask a box that talks", async () => {
    for (let round = 0; round < 5; round += 1) {
      await world.pass(LIVE_TIMES.quietMs - 1);
      world.say(String(round));
    }
    expect(world.probes).toBe(0);
  });

  it("gives up a socket that never opens", async () => {
    world.present.closed(1006);
    await world.pass(LIVE_TIMES.firstRetryMs + LIVE_TIMES.openWithinMs);
    expect(world.contacts[world.contacts.length - 1]).toBe("lost");
    expect(world.closes).toBe(2);
  });

  it("spares the battery while hidden and hurries when looked at", async () => {
    world.visible = false;
    await world.pass(60_000);
    expect(world.probes).toBe(0);
    world.present.closed(1006);
    await world.pass(LIVE_TIMES.hiddenRetryMs - 1);
    expect(world.paths).toHaveLength(1);
    world.visible = true;
    world.live.wake();
    expect(world.paths).toHaveLength(2);
  });

  it("hears nothing more from a socket it gave up", async () => {
    const old = world.present;
    world.say("1");
    world.live.start();
    world.present.opened();
    old.received(JSON.stringify({ type: "status", cursor: "stale" }));
    old.closed(4410);
    expect(world.frames).toEqual(["1"]);
    expect(world.live.lastCursor).toBe("1");
    expect(world.otherStores).toBe(0);
  });
});
