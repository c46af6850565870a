import { afterEach, describe, expect, it, vi } from "vitest";
import { httpCaller, RefusedError, UnreachableError } from "@/transport/http";

const JSON_TYPE = { "Content-Type": "application/json" };
const PROBLEM_TYPE = { "Content-Type": "application/problem+json" };

function serve(answer: () => Promise<Response>) {
  const fetched = vi.fn<typeof fetch>(answer);
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

describe("a call", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("carries the token and JSON", async () => {
    const fetched = serve(async () => new Response('{"a":1}', { headers: JSON_TYPE }));
    const call = httpCaller(() => "secret");
    expect(await call("/rooms", { method: "POST", body: { name: "x" } })).toEqual({ a: 1 });
    const sent = fetched.mock.calls[0]?.[1];
    expect(sent?.headers).toMatchObject({
      Authorization: "Bearer secret",
      "Content-Type": "application/json",
    });
    expect(sent?.body).toBe('{"name":"x"}');
  });

  it("tells a refusal in the box's own words", async () => {
    const problem = { type: "/problems/too-large", title: "T", status: 413, detail: "Too long." };
    serve(
      async () => new Response(JSON.stringify(problem), { status: 413, headers: PROBLEM_TYPE }),
    );
    const refused = httpCaller(() => null)("/rooms");
    await expect(refused).rejects.toBeInstanceOf(RefusedError);
    await expect(refused).rejects.toMatchObject({
      slug: "too-large",
      detail: "Too long.",
      temporary: false,
    });
  });

  it.each([
    ["17", 17],
    ["soon", null],
    [null, null],
  ])("tells how long to wait: %s", async (said, retryAfterS) => {
    const problem = { type: "/problems/slow-down", title: "T", status: 429 };
    const headers = { ...PROBLEM_TYPE, ...(said === null ? {} : { "Retry-After": said }) };
    serve(async () => new Response(JSON.stringify(problem), { status: 429, headers }));
    const refused = httpCaller(() => null)("/rooms");
    await expect(refused).rejects.toMatchObject({ retryAfterS, temporary: true });
  });

  it.each([
    [
      "a portal's page",
      async () => new Response("true", { headers: { "Content-Type": "text/html" } }),
    ],
    ["half an answer", async () => new Response('{"a"', { headers: JSON_TYPE })],
    ["no network", () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("takes %s as no contact", async (_what, answer) => {
    serve(answer);
    await expect(httpCaller(() => null)("/rooms")).rejects.toBeInstanceOf(UnreachableError);
  });

  it("does not wait for ever", async () => {
    vi.stubGlobal("fetch", (_path: string, { signal }: RequestInit) => {
      return new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      });
    });
    const call = httpCaller(() => null);
    await expect(call("/status", { withinMs: 20 })).rejects.toBeInstanceOf(UnreachableError);
  });
});
