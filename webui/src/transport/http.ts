import type { Problem } from "@/domain/contract";

/** The box answered and refused; `detail` is a sentence for the person. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly detail: string,
    /** Whole seconds the box asks to wait; null when it does not say. */
    readonly retryAfterS: number | null = null,
  ) {
    super(detail);
  }

  /** True when the box does not know who asks: introduce the person again. */
  get unknownHere(): boolean {
    return this.status === 401;
  }

  /** True when the same request may succeed later without a change. */
  get temporary(): boolean {
    return this.status >= 500 || this.status === 429 || this.unknownHere;
  }
}

/** No box answered: no contact, no answer in time, or another server's page. */
export class UnreachableError extends Error {}

const ANSWER_WITHIN_MS = 8000;

export interface Request {
  method?: "GET" | "POST";
  body?: unknown;
  withinMs?: number;
  /** In place of the present session; null sends none. */
  token?: string | null;
}

export type Call = <T>(path: string, request?: Request) => Promise<T>;

/**
 * Returns a caller of the box's API.
 *
 * `token` goes along because some browsers keep no cookie. A call rejects with RefusedError
 * (show `detail`, retry only when `temporary`) or UnreachableError (retry when contact is back).
 */
export function httpCaller(token: () => string | null): Call {
  return async <T>(path: string, request: Request = {}): Promise<T> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), request.withinMs ?? ANSWER_WITHIN_MS);
    try {
      const answer = await fetch(path, {
        method: request.method ?? "GET",
        headers: headers(
          request.token === undefined ? token() : request.token,
          request.body !== undefined,
        ),
        cache: "no-store",
        redirect: "error",
        signal: abort.signal,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      return await unpack<T>(answer);
    } catch (error) {
      throw error instanceof RefusedError ? error : new UnreachableError(String(error));
    } finally {
      clearTimeout(timer);
    }
  };
}

function headers(token: string | null, hasBody: boolean): Record<string, string> {
  return {
    Accept: "application/json",
    ...(hasBody ? { "Content-Type": "application/json" } : {}),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
}

function retryAfterS(answered: Headers): number | null {
  const said = answered.get("Retry-After") ?? "";
  return /^\d{1,5}$/.test(said) ? Number(said) : null;
}

async function unpack<T>(answer: Response): Promise<T> {
  const type = answer.headers.get("Content-Type") ?? "";
  if (answer.ok && type.startsWith("application/json")) return (await answer.json()) as T;
  if (type.startsWith("application/problem+json")) {
    const problem = (await answer.json()) as Problem;
    const slug = problem.type.replace("/problems/", "");
    const { detail = problem.title } = problem;
    throw new RefusedError(answer.status, slug, detail, retryAfterS(answer.headers));
  }
  // A hotspot's portal answers in the box's place while its message service is down.
  throw new UnreachableError(`${answer.status} ${type}`);
}
