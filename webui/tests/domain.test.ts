import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ageOf } from "@/domain/age";
import { newClientId } from "@/domain/ids";
import { further, progressOnBoxes } from "@/domain/progress";
import { EVERYONE, inListOrder, unreadLabel } from "@/domain/rooms";
import { hashOf, routeOf, staysAnyway } from "@/domain/route";
import { codePoints } from "@/domain/text";
import { mergeMessages } from "@/domain/timeline";
import { message } from "./fakes";

const HEX = "0123456789abcdef".repeat(4);

describe("message state", () => {
  it.each([
    [{ stored: true, boxes: 3 }, { stored: true, boxes: 1 }, 3],
    [{ stored: true, boxes: 1 }, { stored: true, boxes: 3 }, 3],
    [{ stored: true, boxes: 2 }, { stored: false, boxes: 0 }, 2],
  ])("only goes up: %o then %o", (known, news, boxes) => {
    expect(further(known, news)).toEqual({ stored: true, boxes });
  });

  it("says the box for one and the number for more", () => {
    expect(progressOnBoxes({ stored: true, boxes: 1 })).toEqual({ step: "box" });
    expect(progressOnBoxes({ stored: true, boxes: 4 })).toEqual({ step: "boxes", boxes: 4 });
  });
});

describe("a room's messages", () => {
  it("are in order of time, then id, whatever order they arrive in", () => {
    const [a, b, c] = [
      message("b", { sort_ms: 1 }),
      message("a", { sort_ms: 2 }),
      message("c", { sort_ms: 1 }),
    ];
    for (const news of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ]) {
      expect(mergeMessages([], news).map(({ id }) => id)).toEqual(["b", "c", "a"]);
    }
  });

  it("hold each id once and never lose a state by a late copy", () => {
    const far = message("a", { state: { stored: true, boxes: 5 } });
    const late = message("a", { text: "newer", state: { stored: true, boxes: 2 } });
    expect(mergeMessages([far], [late, late])).toEqual([{ ...late, state: far.state }]);
  });
});

describe("the route", () => {
  it.each([
    ["", { page: "room", roomId: EVERYONE }],
    ["#/room/everyone", { page: "room", roomId: EVERYONE }],
    [`#/room/${HEX}`, { page: "room", roomId: HEX }],
    ["#/rooms", { page: "rooms" }],
    ["#/people", { page: "people" }],
    ["#/me", { page: "me" }],
    ["#/enter", { page: "enter" }],
    ["#/stay", { page: "room", roomId: EVERYONE }],
    ["#/me/../people", { page: "room", roomId: EVERYONE }],
    ["#/room/../auth", { page: "room", roomId: EVERYONE }],
    ["#//evil.example", { page: "room", roomId: EVERYONE }],
  ])("of %j", (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });

  it.each(["rooms", "people", "me", "enter"] as const)("survives the address bar: %s", (page) => {
    expect(routeOf(hashOf({ page }))).toEqual({ page });
  });

  it.each([
    ["#/stay", true],
    ["#/stay/room/everyone", true],
    ["#/stayed", false],
    ["", false],
    ["#/room/everyone", false],
  ])("of one who stays anyway: %j", (hash, stays) => {
    expect(staysAnyway(hash)).toBe(stays);
  });

  it.each([EVERYONE, HEX])("survives the address bar: %s", (roomId) => {
    expect(routeOf(hashOf({ page: "room", roomId }))).toEqual({ page: "room", roomId });
  });
});

it("the room of everyone has the id the protocol gives it", () => {
  expect(EVERYONE).toBe(createHash("sha256").update("disasternet/1 room everyone").digest("hex"));
});

it("rooms stand with everyone's first, then the one that spoke last", () => {
  const room = (id: string, last_message_ms: number | null) => {
    return { id, name: id, joined: true, members: 1, unread: 0, last_message_ms };
  };
  const list = [room("quiet", null), room("old", 1), room(EVERYONE, null), room("new", 2)];
  expect(inListOrder(list).map(({ id }) => id)).toEqual([EVERYONE, "new", "old", "quiet"]);
});

it("client ids are 128 random bits in hex", () => {
  const ids = new Set(Array.from({ length: 500 }, newClientId));
  expect(ids.size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

it("an emoji counts as the box counts it", () => {
  expect(codePoints("🆘a")).toBe(2);
});

it.each([
  [-5000, { unit: "now" }],
  [59_999, { unit: "now" }],
  [60_000, { unit: "minutes", count: 1 }],
  [3_599_999, { unit: "minutes", count: 59 }],
  [3_600_000, { unit: "hours", count: 1 }],
  [200_000_000, { unit: "days", count: 2 }],
])("an age of %i ms", (ms, age) => {
  expect(ageOf(1_000_000, 1_000_000 + ms)).toEqual(age);
});

describe("unread", () => {
  it.each([
    [1, "1"],
    [99, "99"],
    [100, "99+"],
    [1000, "99+"],
  ])("shows %i as %s", (count, shown) => {
    expect(unreadLabel(count)).toBe(shown);
  });
});
