import { expect, it } from "vitest";
import type { NodeStatus } from "@/domain/contract";
import { Surroundings } from "@/state/surroundings";
import { RefusedError, UnreachableError } from "@/transport/http";
import { FakeApi } from "./fakes";

const status = (id: string, uptime_s: number): NodeStatus => {
  return { node: { id, name: id, uptime_s }, clock: { wall_ms: 0 } };
};

it.each([
  ["the same run", status("gym", 61), true],
  ["a new start", status("gym", 3), false],
  ["another box at this address", status("school", 900), false],
])("a probe tells %s", async (_what, answer, same) => {
  const surroundings = new Surroundings(new FakeApi({ "GET /status": () => answer }).call);
  surroundings.note(status("gym", 60));
  expect(await surroundings.probe()).toBe(same);
});

it.each([
  [new UnreachableError("away"), false],
  [new RefusedError(429, "slow-down", "Too many at once."), true],
])("a probe answered by %s", async (error, alive) => {
  const answer = () => {
    throw error;
  };
  expect(await new Surroundings(new FakeApi({ "GET /status": answer }).call).probe()).toBe(alive);
});

it("boxes nearby are those linked now", async () => {
  const peer = (id: string, connected_since_ms: number | null) => ({
    id,
    name: id,
    connected_since_ms,
  });
  const api = new FakeApi({ "GET /peers": () => [peer("a", 1), peer("b", null)] });
  const surroundings = new Surroundings(api.call);
  await surroundings.loadPeers();
  surroundings.peer(peer("c", 2), true);
  surroundings.peer(peer("c", 2), true);
  surroundings.peer(peer("a", null), false);
  expect([...surroundings.state.nearby.keys()]).toEqual(["c"]);
});
