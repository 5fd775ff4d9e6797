/** One thing that is wrong, at one place of what was sent. */
export interface Problem {
  code: string;
  /** JSON pointer into what was sent, `/values` left out: `/lines/2/qty`. */
  pointer: string;
  message: string;
  params?: Record<string, unknown>;
}

/** What somebody else changed since the record was read. */
export interface VersionConflict {
  version: number;
  changed: { field: string; from: unknown; to: unknown }[];
}

interface ProblemDocument {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  errors?: Problem[];
  current?: VersionConflict;
}

/** A refusal by the server (RFC 9457 problem document), or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: Problem[];
  readonly requestId: string;
  readonly conflict: VersionConflict | null;

  constructor(status: number, document: ProblemDocument) {
    super(document.detail || document.title || document.code || String(status));
    this.name = "ApiError";
    this.status = status;
    this.code = document.code ?? (status === 0 ? "unreachable" : `http_${status}`);
    this.problems = document.errors ?? [];
    this.requestId = document.request_id ?? "";
    this.conflict = document.current ?? null;
  }
}

/** Whether an error only says that a newer request made this one needless. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Reads the problem document of an answer, whatever came instead of one. */
export async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    return new ApiError(response.status, JSON.parse(text) as ProblemDocument);
  } catch {
    return new ApiError(response.status, { title: response.statusText });
  }
}

/** Whether an instance was refused because its form, flow or state cannot be read. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof ApiError && error.code === "instance_unreadable";
}
