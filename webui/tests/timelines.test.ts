import { expect, it } from "vitest";
import { Timelines } from "@/state/timelines";
import { FakeApi, message } from "./fakes";

const NEWEST = "GET /rooms/r1/messages?limit=50";
const at = (id: string, sort_ms: number) => message(id, { sort_ms });

it("older pages go before, and reading the newest again keeps the place", async () => {
  const api = new FakeApi({
    [NEWEST]: () => ({ items: [at("c", 3), at("d", 4)], next: "x/1" }),
    [`${NEWEST}&before=x%2F1`]: () => ({ items: [at("b", 2)], next: "x/2" }),
    [`${NEWEST}&before=x%2F2`]: () => ({ items: [at("a", 1)], next: null }),
  });
  const timelines = new Timelines(api.call);
  await timelines.load("r1");
  await timelines.loadOlder("r1");
  await timelines.load("r1");
  await timelines.loadOlder("r1");
  expect(timelines.of("r1").messages.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  expect(timelines.of("r1").older).toBeNull();
});

it("a live message is new once, and only in an opened room", () => {
  const timelines = new Timelines(new FakeApi({}).call);
  expect(timelines.add(message("a"))).toBe(false);
  timelines.of("r1");
  expect(timelines.add(message("a"))).toBe(true);
  expect(timelines.add(message("a"))).toBe(false);
});

it("news of a message's way only takes it further", () => {
  const timelines = new Timelines(new FakeApi({}).call);
  timelines.of("r1");
  timelines.add(message("a"));
  for (const boxes of [2, 4, 3]) timelines.advance("a", { stored: true, boxes });
  expect(timelines.of("r1").messages[0]?.state.boxes).toBe(4);
});
