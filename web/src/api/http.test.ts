import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, api, beforeSignIn, sendAsAnybody } from "./http";
import { ApiError, isAborted } from "./problem";

const fetching = vi.fn<(request: Request) => Promise<Response>>();
const leave = vi.fn<(to: string) => void>();

function sent(): Request {
  const [request] = fetching.mock.calls[0] ?? [];
  if (!request) throw new Error("nothing was sent");
  return request;
}

const problem = (status: number, document: object): Response =>
  new Response(JSON.stringify(document), { status });

const refusal = (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    () => null,
    (error: unknown) => error,
  );

beforeEach(() => {
  fetching.mockReset();
  leave.mockReset();
  vi.stubGlobal("fetch", fetching);
  vi.stubGlobal("location", {
    href: "http://localhost/tasks?list=done",
    pathname: "/tasks",
    search: "?list=done",
    assign: leave,
  });
  // Relative addresses are the page's; outside a browser nothing resolves them.
  vi.stubGlobal(
    "Request",
    class extends Request {
      constructor(to: string, init?: RequestInit) {
        super(new URL(to, "http://localhost"), init);
      }
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

describe("a request", () => {
  it("escapes its path and leaves out what is not asked for", async () => {
    fetching.mockResolvedValue(new Response('{"records":[]}'));
    await answer(
      api.GET("/forms/{form}/records", {
        params: {
          path: { form: "a/b" },
          query: { q: "", sort: "-amount,name", cursor: undefined },
        },
      }),
    );
    expect(new URL(sent().url).pathname).toBe("/api/v1/forms/a%2Fb/records");
    expect(new URL(sent().url).search).toBe("?sort=-amount%2Cname");
  });

  it("carries JSON and reads JSON", async () => {
    fetching.mockResolvedValue(new Response('{"id":"m1"}', { status: 201 }));
    const body = { account: "chen.yu", name: "陈瑜" };
    expect(await answer(api.POST("/members", { body }))).toEqual({ id: "m1" });
    expect(sent().headers.get("content-type")).toBe("application/json");
    expect(await sent().json()).toEqual(body);
  });

  it("may be answered with nothing", async () => {
    fetching.mockResolvedValue(new Response(null, { status: 204 }));
    expect(await answer(api.DELETE("/session"))).toBeUndefined();
  });
});

describe("a refusal", () => {
  it("is the problem document", async () => {
    const errors = [{ code: "required", pointer: "/name", message: "Fill in the name" }];
    fetching.mockResolvedValue(problem(422, { code: "invalid", title: "Not valid", errors }));
    const error = await refusal(answer(api.GET("/apps")));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, code: "invalid", problems: errors });
  });

  it("has status 0 when the server cannot be reached", async () => {
    fetching.mockRejectedValue(new TypeError("failed to fetch"));
    const error = await refusal(answer(api.GET("/apps")));
    expect(error).toMatchObject({ status: 0, code: "unreachable" });
  });

  it("stays an abort when the caller gave up", async () => {
    const giveUp = new AbortController();
    fetching.mockImplementation(async () => {
      giveUp.abort();
      throw new DOMException("aborted", "AbortError");
    });
    const error = await refusal(answer(api.GET("/apps", { signal: giveUp.signal })));
    expect(isAborted(error)).toBe(true);
  });
});

describe("a session that has ended", () => {
  it("saves what was typed and leads to sign-in and back", async () => {
    fetching.mockImplementation(async () => problem(401, { code: "not_signed_in" }));
    const save = vi.fn();
    const forget = beforeSignIn(save);
    expect(await refusal(answer(api.GET("/apps")))).toMatchObject({ status: 401 });
    expect(save).toHaveBeenCalledOnce();
    expect(leave).toHaveBeenCalledWith("/sign-in?ended=true&return=%2Ftasks%3Flist%3Ddone");

    forget();
    await refusal(answer(api.GET("/apps")));
    expect(save).toHaveBeenCalledOnce();
  });

  it("is no matter for those who have none", async () => {
    fetching.mockResolvedValue(problem(401, { code: "wrong_credentials" }));
    const body = { account: "chen.yu", password: "wrong" };
    const signingIn = answer(api.POST("/session", { body, fetch: sendAsAnybody }));
    expect(await refusal(signingIn)).toMatchObject({ code: "wrong_credentials" });
    expect(leave).not.toHaveBeenCalled();
  });
});
