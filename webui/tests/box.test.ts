import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EVERYONE } from "@/domain/rooms";
import { Box } from "@/state/box";
import type { SocketEvents } from "@/transport/live";
import { keepingStorage, message } from "./fakes";

const me = {
  id: "me",
  person: "me",
  public_key: "me",
  name: "Ana",
  fingerprint: "a1",
  custodial: true,
};
const author = { id: "me", person: "me", name: "Ana", fingerprint: "a1", via: null };
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
  world.box.write(EVERYONE, "hello");
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
  world.box.write(EVERYONE, "second");
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
  world.box.write(EVERYONE, "hello");
  await world.settle(5000);
  expect(world.asked.filter((name) => name === "POST /auth/init")).toHaveLength(1);
  expect(world.box.outbox.unsent).toEqual([]);
  expect(world.texts).toEqual(["hello"]);
});

it("a full box is asked again and says nothing was lost", async () => {
  const problem = { type: "/problems/full", title: "This box is full.", status: 507 };
  world.answers[POST] = () => ({ status: 507, json: problem });
  world.box.write(EVERYONE, "hello");
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
