import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { User } from "@/domain/contract";
import { Carry } from "@/state/carry";
import { Person } from "@/state/person";
import { Session } from "@/state/session";
import { RefusedError, UnreachableError } from "@/transport/http";
import { FakeApi, keepingStorage } from "./fakes";

const [GYM, SCHOOL] = ["a".repeat(64), "b".repeat(64)];
const FIRST_MS = 5000;
const LONGEST_MS = 300_000;
const school = { id: "school", public_key: "k", name: "School" };
const user = (person: string): User => {
  const key = { public_key: SCHOOL, fingerprint: "b1", custodial: true };
  return { id: SCHOOL, person, name: "Ana", ...key };
};

/** A person who began at the gym and has come to the school. */
class Arrival {
  reachable = true;
  changes = 0;
  /** Who the school takes the person for. */
  person = SCHOOL;
  readonly api = new FakeApi({
    "POST /auth/carry": () => this.introduction(),
    "POST /auth/init": () => this.introduction(),
    "POST /clock/vote": () => undefined,
    "GET /auth/me": () => ({ user: user(this.person), node: school, authors: [] }),
  });
  readonly carry = new Carry(keepingStorage());
  readonly session = new Session(keepingStorage(), this.api.call, this.carry);
  readonly one = new Person(this.session, this.carry, {
    call: this.api.call,
    reachable: () => this.reachable,
    changed: async () => void (this.changes += 1),
  });

  constructor() {
    this.carry.keep({ seed: "1".repeat(64), author: GYM, others: [SCHOOL], settled: [GYM] });
    this.session.take(this.introduction());
  }

  asked(path: string): number {
    return this.api.asked.filter((asked) => asked.path === path).length;
  }

  private introduction() {
    return { user: user(this.person), node: school, token: "t", secret: null };
  }
}

let arrival: Arrival;
beforeEach(() => {
  vi.useFakeTimers();
  arrival = new Arrival();
});
afterEach(() => void vi.useRealTimers());

it("a proof that holds at once makes the person the one of before, and asks no more", async () => {
  arrival.person = GYM;
  await arrival.one.contact();
  expect(arrival.session.state.user?.person).toBe(GYM);
  await vi.advanceTimersByTimeAsync(LONGEST_MS * 2);
  expect(arrival.asked("/auth/me")).toBe(0);
});

it("a proof that waits is asked after, less and less often, until it holds", async () => {
  await arrival.one.contact();
  await vi.advanceTimersByTimeAsync(FIRST_MS);
  expect(arrival.asked("/auth/me")).toBe(1);
  await vi.advanceTimersByTimeAsync(FIRST_MS);
  expect(arrival.asked("/auth/me")).toBe(1);
  await vi.advanceTimersByTimeAsync(FIRST_MS);
  expect(arrival.asked("/auth/me")).toBe(2);
  expect(arrival.changes).toBe(0);
  arrival.person = GYM;
  await vi.advanceTimersByTimeAsync(LONGEST_MS * 2);
  expect(arrival.session.state.user?.person).toBe(GYM);
  expect(arrival.changes).toBe(1);
  expect(arrival.asked("/auth/carry")).toBe(1);
  const asked = arrival.asked("/auth/me");
  await vi.advanceTimersByTimeAsync(LONGEST_MS * 2);
  expect(arrival.asked("/auth/me")).toBe(asked);
});

it("nothing is asked while nobody looks or the box is away", async () => {
  await arrival.one.contact();
  arrival.reachable = false;
  await vi.advanceTimersByTimeAsync(LONGEST_MS);
  expect(arrival.asked("/auth/me")).toBe(0);
});

it.each([
  ["the box is away", new UnreachableError("away"), 2],
  ["the box is busy", new RefusedError(503, "unavailable", "Busy."), 2],
  ["the box refuses it for good", new RefusedError(403, "refused", "No."), 1],
])("a proof is said again when %s", async (_what, error, times) => {
  const answer = arrival.api.answers["POST /auth/carry"] as () => unknown;
  arrival.api.answers["POST /auth/carry"] = () => {
    arrival.api.answers["POST /auth/carry"] = answer;
    throw error;
  };
  await arrival.one.contact();
  await vi.advanceTimersByTimeAsync(FIRST_MS);
  expect(arrival.asked("/auth/carry")).toBe(times);
});

it("an answer of the box that was left does not change the session at the next", async () => {
  const next = { ...school, id: "mill" };
  arrival.person = GYM;
  const said = arrival.one.contact();
  arrival.session.state.box = next;
  await said;
  expect(arrival.session.state.box).toEqual(next);
  expect(arrival.session.state.user?.person).toBe(SCHOOL);
});

it("who removes the author they went on from begins anew, with a key of their own", async () => {
  arrival.person = GYM;
  await arrival.one.contact();
  const before = arrival.carry.read()?.seed;
  arrival.person = SCHOOL;
  await arrival.one.drop(GYM);
  expect(arrival.carry.read()).toMatchObject({ author: SCHOOL, others: [], settled: [SCHOOL] });
  expect(arrival.carry.read()?.seed).not.toBe(before);
  expect(arrival.session.state.user?.person).toBe(SCHOOL);
});

it("the box is told the time at each contact, and again when a minute has passed", async () => {
  vi.setSystemTime(1_790_000_000_000);
  await arrival.one.contact();
  expect(arrival.asked("/clock/vote")).toBe(1);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(arrival.asked("/clock/vote")).toBe(2);
  const said = arrival.api.asked.filter(({ path }) => path === "/clock/vote");
  expect(said.map(({ request }) => request?.body)).toEqual([
    { phone_ms: 1_790_000_000_000 },
    { phone_ms: 1_790_000_061_000 },
  ]);
});

it("a box that takes no time from phones disturbs nobody", async () => {
  arrival.api.answers["POST /clock/vote"] = () => {
    throw new RefusedError(400, "invalid", "No.");
  };
  await arrival.one.contact();
  expect(arrival.session.state.user).not.toBe(null);
});
