// What the server says, and how it is asked. The page's address has the
// question in the very parameters that the API takes.

export interface Participant { name: string; code: string; sector: string; role: string; title?: string; actor_id?: string }
export interface Span { start: number; end: number; text: string }
export interface Evidence extends Span { article_id?: string; trigger?: Span; rule?: string }
export interface Event {
	id: string; type: string; status: string;
	date?: { start: string; end: string; precision: string; text?: string };
	location?: { place?: string; country?: string; lat?: number; lon?: number; precision?: string; geonames_id?: number };
	participants: Participant[]; summary: string;
	plover: { type: string | null; mode: string | null }; cameo: string; quad_class: number; score: number; confidence: number;
	evidence: Evidence[]; article_count: number; source_count: number; first_reported?: string; created_at: string; updated_at: string; revision: number;
}
export interface Article { id: string; title: string; text: string; published_at?: string; source?: string; url?: string; language: string; licence?: string }
export interface EventPage { events: Event[]; next_cursor: string }
export interface Rank { key: string; country?: string; count: number; lat?: number; lon?: number }
export interface Series { key: string; points: { date: string; count: number }[] }
export interface Dyad { source: string; target: string; count: number; mean_score: number }
export interface TypeInfo { type: string; when: string; family: string; plover: string; cameo: string; quad_class: number; score: number }
export interface Version { revision: number; from: string; until?: string; fate?: string; successor?: string; reason?: string; event: Event }
export interface Actor { id: string; name: string; code: string; sector: string }
export interface Place { name: string; country?: string; lat?: number; lon?: number }
export interface Token { start: number; end: number; form: string; lemma: string; upos: string; xpos: string; head: number; rel: string }
export interface Sentence {
	start: number; end: number; text: string; tokens: Token[]; dates: string[]; reason?: string;
	entities: { text: string; actors: { name: string; code: string; sector: string; title?: string }[]; place?: string; why: string }[];
	rules: { rule: string; type: string; trigger: string; failed?: string }[];
}
export interface Explanation { events: Event[]; sentences?: Sentence[] }

/** A problem document (RFC 9457). */
export class Problem extends Error {
	constructor(readonly status: number, detail: string, readonly errors: { location: string; message: string; value?: unknown }[] = []) { super(detail); }
	/** What was wrong with a parameter. */
	of(name: string): string | undefined { return this.errors.find((e) => e.location === "query." + name)?.message; }
}

async function read<T>(path: string, init?: RequestInit): Promise<T> {
	let response: Response;
	try {
		response = await fetch(path, init);
	} catch (error) {
		if ((error as Error).name === "AbortError") throw error;
		throw new Problem(0, "The server does not answer. Is it running?");
	}
	if (!response.ok) {
		const problem = await response.json().catch(() => ({}));
		throw new Problem(response.status, problem.detail ?? response.statusText, problem.errors);
	}
	return response.json();
}

/** Answers to a GET; the newest are kept, so that going back shows at once what was there. */
const kept = new Map<string, unknown>();
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
	const answer = await read<T>(path, { signal });
	kept.delete(path);
	kept.set(path, answer);
	if (kept.size > 60) kept.delete(kept.keys().next().value!);
	return answer;
}
export function known<T>(path: string): T | undefined { return kept.get(path) as T | undefined; }

export const post = <T>(path: string, body: unknown) =>
	read<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Parameters that say which events are meant; the others say what of them is shown. */
const shape = new Set(["order", "limit", "cursor", "fields", "count"]);
export function question(search: string): URLSearchParams {
	const q = new URLSearchParams(search);
	for (const name of [...q.keys()]) if (shape.has(name) || q.getAll(name).every((v) => v === "")) q.delete(name);
	return q;
}

/** Written as people read it: commas and colons stay. */
export const write = (q: URLSearchParams) => q.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%21/g, "!").replace(/%2F/g, "/");

export function address(path: string, q: URLSearchParams, more: Record<string, string | number> = {}): string {
	const all = new URLSearchParams(q);
	for (const [name, value] of Object.entries(more)) all.set(name, String(value));
	const text = write(all);
	return path + (text ? "?" + text : "");
}
