import { describe, expect, it } from "vitest";
import { Session } from "@/state/session";
import { RefusedError } from "@/transport/http";
import { FakeApi, keepingStorage } from "./fakes";

const node = (id: string) => ({ id, public_key: id, name: id });
const ana = {
  id: "a",
  person: "a",
  public_key: "a",
  name: "Ana",
  fingerprint: "a1",
  custodial: true,
};

describe("the session", () => {
  it("knows a person by the kept token where no cookie is kept", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    const api = new FakeApi({
      "GET /auth/me": ({ token }) => ({ user: token === "secret" ? ana : null, node: node("gym") }),
    });
    const session = new Session(storage, api.call);
    await session.identify();
    expect(session.state.user).toEqual(ana);
    expect(session.token()).toBe("secret");
  });

  it("never shows one box's secret to another box", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "secret");
    const api = new FakeApi({ "GET /auth/me": () => ({ user: null, node: node("school") }) });
    const session = new Session(storage, api.call);
    await session.identify();
    expect(session.state.asked).toBe(true);
    expect(api.asked.map(({ request }) => request.token)).toEqual([null]);
    expect(session.token()).toBeNull();
  });

  it("introduces a person at the next box under the name given before", async () => {
    let at = "gym";
    const api = new FakeApi({
      "GET /auth/me": () => ({ user: null, node: node(at) }),
      "POST /auth/init": ({ body }) => ({
        user: { ...ana, name: (body as { name: string }).name },
        node: node(at),
        token: `token of ${at}`,
      }),
    });
    const session = new Session(keepingStorage(), api.call);
    expect(await session.identify()).toBe(false);
    expect(session.state.user).toBeNull();
    await session.introduce("Ana");
    at = "school";
    expect(await session.identify()).toBe(true);
    expect(session.state.user?.name).toBe("Ana");
    expect(session.token()).toBe("token of school");
  });

  it("starts anew when the box has forgotten the token", async () => {
    const storage = keepingStorage();
    storage.set("dn.token.gym", "stale");
    const api = new FakeApi({
      "GET /auth/me": ({ token }) => {
        if (token === "stale") throw new RefusedError(401, "no-identity", "Say your name first.");
        return { user: null, node: node("gym") };
      },
    });
    const session = new Session(storage, api.call);
    await session.identify();
    expect(session.state).toMatchObject({ user: null, asked: true });
  });
});
