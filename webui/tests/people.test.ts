import { expect, it } from "vitest";
import type { CheckIn } from "@/domain/contract";
import { People } from "@/state/people";
import { UnreachableError } from "@/transport/http";
import { FakeApi } from "./fakes";

function checkIn(person: string): CheckIn {
  const said = { category: "safe", text: "I am safe", place: null, sort_ms: 0, time_certain: true };
  return { person, name: person, fingerprint: "a1", message_id: `m-${person}`, ...said };
}

const page = (people: string[], next: string | null = null) => ({
  items: people.map(checkIn),
  next,
});
const names = (people: People) => people.state.items.map(({ name }) => name);

it("a category and words are asked for as they are", async () => {
  const api = new FakeApi({
    "GET /people?limit=50": () => page(["all"]),
    "GET /people?limit=50&category=help": () => page(["help"]),
    "GET /people?limit=50&category=help&q=a%26b+c": () => page(["found"]),
  });
  const people = new People(api.call);
  await people.show(null);
  expect(names(people)).toEqual(["all"]);
  await people.show("help");
  expect(names(people)).toEqual(["help"]);
  await people.find("  a&b c ");
  expect(names(people)).toEqual(["found"]);
});

it("older people come after those that are shown, and a refresh reads them all again", async () => {
  const first = Array.from({ length: 50 }, (_, at) => `p${at}`);
  const api = new FakeApi({
    "GET /people?limit=50": () => page(first, "x/1"),
    "GET /people?limit=50&before=x%2F1": () => page(["older"]),
    "GET /people?limit=51": () => page(["older", ...first]),
  });
  const people = new People(api.call);
  await people.show(null);
  await people.loadOlder();
  expect(names(people)).toEqual([...first, "older"]);
  await people.loadOlder();
  expect(api.asked).toHaveLength(2);
  await people.refresh();
  expect(names(people)).toEqual(["older", ...first]);
});

it("an answer that comes after the next question is not shown", async () => {
  let answer: (answer: unknown) => void = () => undefined;
  const api = new FakeApi({
    "GET /people?limit=50": () => new Promise((resolve) => (answer = resolve)),
    "GET /people?limit=50&category=safe": () => page(["safe"]),
  });
  const people = new People(api.call);
  const slow = people.show(null);
  await people.show("safe");
  answer(page(["all"]));
  await slow;
  expect(names(people)).toEqual(["safe"]);
});

it("a box that is away is said, and what was shown stays", async () => {
  const api = new FakeApi({ "GET /people?limit=50": () => page(["Ana"]) });
  const people = new People(api.call);
  await people.show(null);
  api.answers["GET /people?limit=50"] = () => {
    throw new UnreachableError("away");
  };
  await people.refresh();
  expect(people.state.problem).toContain("does not answer");
  expect(names(people)).toEqual(["Ana"]);
  api.answers["GET /people?limit=50"] = () => page(["Ana", "Ben"]);
  await people.refresh();
  expect(people.state.problem).toBe("");
});
