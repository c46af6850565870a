import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EVERYONE } from "@/domain/rooms";
import { Box } from "@/state/box";
import type { SocketEvents } from "@/transport/live";
import { keepingStorage, message, said } from "./fakes";

const ME = "a".repeat(64);
const me = {
  id: ME,
  person: ME,
  public_key: ME,
  name: "Ana",
  fingerprint: "a1",
  custodial: true,
};
const author = { id: ME, person: ME, name: "Ana", fingerprint: "a1", via: null };
const POST = `POST /rooms/${EVERYONE}/messages`;

type Answer = { status?: number; json: unknown };

/** A box whose answers a test may change, and the page that talks to it. */
class World {
  boxId = "gym";
  answers: Record<string, () => Answer | Promise<Answer>> = {
    "GET /auth/me": () => ({
      json: { user: me, node: { id: this.boxId, public_key: "k", name: this.boxId } },
    }),
    "GET /rooms": () => ({ json: [] }),
    "GET /peers": () => ({ json: [] }),
    [`GET /rooms/${EVERYONE}/messages?limit=50`]: () => ({ json: { items: [], next: null } }),
    [`POST /rooms/${EVERYONE}/read`]: () => ({ json: { id: EVERYONE, name: "everyone" } }),
  };
  asked: string[] = [];
  /** The last body of each call. */
  sent: Record<string, string> = {};
  private socket: SocketEvents | null = null;
  readonly box = new Box({
    storage: keepingStorage(),
    visible: () => true,
    open: (_path, events) => {
      this.socket = events;
      return () => undefined;
    },
  });

  readonly fetch = async (path: string, options: RequestInit): Promise<Response> => {
    const name = `${options.method} ${path}`;
    this.asked.push(name);
    this.sent[name] = String(options.body ?? "");
    const answer = await this.answers[name]?.();
    if (!answer) throw new TypeError("Failed to fetch");
    const { status = 200, json } = answer;
    const type = status < 400 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(json), { status, headers: { "Content-Type": type } });
  };

  get present(): SocketEvents {
    if (!this.socket) throw new Error("no socket was opened");
    return this.socket;
  }

  say(frame: object): void {
    this.present.received(JSON.stringify({ cursor: "c1", ...frame }));
  }

  get texts(): string[] {
    const kept = this.box.timelines.rooms.get(EVERYONE)?.messages ?? [];
    return [...kept, ...this.box.outbox.unsent].map(({ text }) => text);
  }

  async settle(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }
}

let world: World;

beforeEach(async () => {
  vi.useFakeTimers();
  world = new World();
  vi.stubGlobal("fetch", world.fetch);
  // The key is told already: these tests are about other things.
  const kept = { seed: "1".repeat(64), author: ME, others: [], settled: [ME] };
  world.box.storage.set("dn.carry", JSON.stringify(kept));
  world.box.start();
  await world.box.open(EVERYONE);
  world.present.opened();
  await world.settle();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a message of mine stands once, though its frame comes before its answer", async () => {
  const stored = message("m1", { text: "hello", author, room_id: EVERYONE });
  let answer: (answer: Answer) => void = () => undefined;
  world.answers[POST] = () => new Promise((resolve) => (answer = resolve));
  world.box.write(EVERYONE, said("hello"));
  await world.settle();
  world.say({ type: "message", message: stored });
  expect(world.texts).toEqual(["hello"]);
  answer({ json: stored });
  await world.settle();
  expect(world.texts).toEqual(["hello"]);
  expect(world.box.outbox.unsent).toEqual([]);
});

it("a frame of mine that was held back is shown when the send fails", async () => {
  let fail: (reason: Error) => void = () => undefined;
  world.answers[POST] = () => new Promise((_resolve, reject) => (fail = reject));
  world.box.write(EVERYONE, said("second"));
  await world.settle();
  world.say({
    type: "message",
    message: message("m1", { text: "first", author, room_id: EVERYONE }),
  });
  fail(new TypeError("Failed to fetch"));
  await world.settle();
  expect(world.texts).toEqual(["first", "second"]);
});

it("a person the box has forgotten is introduced again and the message goes out", async () => {
  world.box.storage.set("dn.name", "Ana");
  const problem = { type: "/problems/no-identity", title: "Say your name first.", status: 401 };
  const box = { id: "gym", public_key: "k", name: "gym" };
  world.answers[POST] = () => ({ status: 401, json: problem });
  world.answers["GET /auth/me"] = () => ({ json: { user: null, node: box } });
  world.answers["POST /auth/init"] = () => {
    world.answers[POST] = () => ({ json: message("m1", { text: "hello", room_id: EVERYONE }) });
    return { json: { user: me, node: box, token: "secret" } };
  };
  world.box.write(EVERYONE, said("hello"));
  await world.settle(5000);
  expect(world.asked.filter((name) => name === "POST /auth/init")).toHaveLength(1);
  expect(world.box.outbox.unsent).toEqual([]);
  expect(world.texts).toEqual(["hello"]);
});

it("one tap says how the person is, first of all kept, and asks for the name", async () => {
  world.box.session.state.user = null;
  const node = { id: "gym", public_key: "k", name: "gym" };
  const safe = { text: "I am safe", category: "safe", place: null } as const;
  await expect(world.box.checkIn(safe, "Somebody", true)).rejects.toThrow();
  await expect(world.box.checkIn(safe, "Somebody", true)).rejects.toThrow();
  expect(world.box.outbox.unsent).toMatchObject([{ ...safe, durable: true }]);
  world.answers["POST /auth/init"] = () => ({ json: { user: me, node, token: "secret" } });
  world.answers[POST] = () => ({ json: message("m1", { ...safe, room_id: EVERYONE }) });
  await world.box.checkIn(safe, "Somebody", true);
  await world.settle();
  expect(world.box.outbox.unsent).toEqual([]);
  expect(world.texts).toEqual(["I am safe"]);
  expect(world.box.session.state.nameless).toBe(true);
  expect(JSON.parse(world.sent[POST] ?? "")).toMatchObject({ text: "I am safe", category: "safe" });
  expect(JSON.parse(world.sent[POST] ?? "")).not.toHaveProperty("place");
});

it("what the same person wrote at another box is theirs, and is not announced", async () => {
  const elsewhere = { ...author, id: "me at school", person: ME };
  const other = { ...author, id: "you", person: "you" };
  world.say({ type: "message", message: message("m1", { author: elsewhere, room_id: EVERYONE }) });
  expect(world.box.state.arrived).toBeNull();
  world.say({ type: "message", message: message("m2", { author: other, room_id: EVERYONE }) });
  expect(world.box.state.arrived?.id).toBe("m2");
  const kept = world.box.timelines.rooms.get(EVERYONE)?.messages ?? [];
  expect(kept.map((one) => world.box.isMine(one))).toEqual([true, false]);
});

it("only messages with a category change the list of people", () => {
  world.say({ type: "message", message: message("m1", { room_id: EVERYONE }) });
  expect(world.box.state.checkIns).toBe(0);
  world.say({ type: "message", message: message("m2", { category: "help", room_id: "r2" }) });
  expect(world.box.state.checkIns).toBe(1);
});

it("at another box the proof is said before the first message", async () => {
  const school = "b".repeat(64);
  world.box.storage.set("dn.name", "Ana");
  const node = { id: "school", public_key: "k", name: "school" };
  const user = { ...me, id: school, person: school };
  world.answers["GET /auth/me"] = () => ({ json: { user: null, node } });
  world.answers["POST /auth/init"] = () => ({ json: { user, node, token: "t" } });
  world.answers["POST /auth/carry"] = () => ({
    json: { user: { ...user, person: ME }, node, token: "t", secret: null },
  });
  world.answers[POST] = () => ({ json: message("m1", { text: "hello", room_id: EVERYONE }) });
  world.present.closed(1006);
  await world.settle(400);
  world.box.outbox.add(EVERYONE, said("hello"));
  world.asked = [];
  world.present.opened();
  await vi.waitFor(() => expect(world.asked).toContain(POST));
  const posts = world.asked.filter((call) => call !== "POST /clock/vote");
  const written = posts.filter((call) => call.startsWith("POST") && !call.endsWith("/read"));
  expect(written).toEqual(["POST /auth/init", "POST /auth/carry", POST]);
  expect(world.box.session.state.user?.person).toBe(ME);
});

it("a full box is asked again and says nothing was lost", async () => {
  const problem = { type: "/problems/full", title: "This box is full.", status: 507 };
  world.answers[POST] = () => ({ status: 507, json: problem });
  world.box.write(EVERYONE, said("hello"));
  await world.settle(1000);
  expect(world.box.outbox.unsent).toMatchObject([{ rejected: null }]);
  world.answers[POST] = () => ({ json: message("m1", { text: "hello", room_id: EVERYONE }) });
  await world.settle(5000);
  expect(world.box.outbox.unsent).toEqual([]);
});

it("a short break is not said, a long one is, until contact is back", async () => {
  world.present.closed(1006);
  await world.settle(400);
  world.present.opened();
  await world.settle(1500);
  expect(world.box.state.contact).toBe("live");
  world.present.closed(1006);
  await world.settle(1500);
  expect(world.box.state.contact).toBe("lost");
  world.present.opened();
  expect(world.box.state.contact).toBe("live");
});

it.each([
  ["another box answers", 1006, "school"],
  ["the box has another list", 4410, "gym"],
])("what was read is forgotten when %s", async (_what, code, boxId) => {
  world.say({ type: "message", message: message("old", { room_id: EVERYONE }) });
  expect(world.texts).toEqual(["old"]);
  world.boxId = boxId;
  world.present.closed(code);
  await world.settle(400);
  world.present.opened();
  await world.settle();
  expect(world.texts).toEqual([]);
  expect(world.box.timelines.rooms.get(EVERYONE)?.loaded).toBe(true);
});

it("what is read is marked up to the last cursor", async () => {
  await world.settle(1000);
  world.asked = [];
  world.say({ type: "message", cursor: "c9", message: message("new", { room_id: EVERYONE }) });
  world.say({ type: "message", cursor: "c9", message: message("newer", { room_id: EVERYONE }) });
  await world.settle(1000);
  expect(world.asked).toEqual([`POST /rooms/${EVERYONE}/read`]);
  expect(world.box.state.arrived?.id).toBe("newer");
});
