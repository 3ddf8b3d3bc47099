import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, question, type Dyad, type EventPage, type Rank, type Series, type TypeInfo } from "./api";
import { CopyAs } from "./copy";
import { Filters, type Ask } from "./filters";
import { count, plural } from "./format";
import { List } from "./list";
import { useLoaded } from "./load";
import { WorldMap } from "./map";
import { Network } from "./network";
import { go } from "./route";
import { Timeline, intervalFor, type Interval } from "./timeline";

/** The page that looks at all events of a question in four linked ways. */
export function Explorer({ search }: { search: string }) {
	const given = useMemo(() => new URLSearchParams(search), [search]);
	const q = useMemo(() => question(search), [search]);
	const [turn, next] = useState(0); // counts what came over the stream
	const ask: Ask = (name, values) => {
		const changed = new URLSearchParams(given);
		changed.delete(name);
		for (const v of values) changed.append(name, v);
		go(address("/", changed));
	};
	const listed = useMemo(() => { const all = new URLSearchParams(q); if (given.get("order")) all.set("order", given.get("order")!); return all; }, [q, given]);

	const [interval, setInterval] = useState<Interval | "auto">("auto");
	const types = useLoaded<{ types: TypeInfo[] }>("/v1/types");
	const counts = useLoaded<{ top: Rank[] }>(address("/v1/stats/top", q, { field: "type", limit: 30 }), turn);
	const listPath = address("/v1/events", listed);
	const events = useLoaded<EventPage>(listPath, 0);
	const timeline = useLoaded<{ series: Series[] }>(address("/v1/stats/timeline", q, { interval: interval === "auto" ? intervalFor(q) : interval, group_by: "family" }), turn);
	const countries = useLoaded<{ top: Rank[] }>(address("/v1/stats/top", q, { field: "country", limit: 300 }), turn);
	const total = counts.value?.top.reduce((sum, r) => sum + r.count, 0);

	// Pairs are counted one by one: of very many events, the last ones.
	const settled = !counts.loading && !timeline.loading;
	const since = useRef<{ q: URLSearchParams; from?: string; n?: number }>();
	if (settled && total !== undefined && (since.current?.q !== q || since.current.n !== undefined)) since.current = { q, ...(total > manyEvents ? latest(timeline.value?.series ?? []) : {}) };
	const counted = since.current?.q === q ? since.current : undefined;
	const dyads = useLoaded<{ dyads: Dyad[] }>(counted ? address("/v1/stats/dyads", q, { limit: 120, ...(counted.from ? { from: counted.from } : {}) }) : null, turn);

	const fresh = useStream(q, () => next((n) => n + 1));
	const problem = events.problem ?? counts.problem;
	useEffect(() => { document.title = q.size ? "Events – Demarche" : "Demarche"; }, [q]);
	return (
		<div class="explorer">
			<h1 class="visually-hidden">Diplomatic events</h1>
			<Filters q={given} ask={ask} clear={() => go("/")} problem={problem} types={types.value?.types ?? []} counts={counts.value?.top ?? []} />
			{problem && <p class="failure" role="alert"><strong>{problem.message}</strong>{problem.errors.map((e) => <span>{e.location.replace("query.", "")}: {e.message}</span>)}
				{problem.status === 400 ? <button class="button" onClick={() => go("/")}>Start anew</button> : <button class="button" onClick={() => location.reload()}>Try again</button>}</p>}
			<div class="summary-row">
				<p class="total" aria-live="polite" aria-busy={counts.loading}>{total === undefined ? " " : <><strong>{count(total)}</strong> {total === 1 ? "event" : "events"}</>}</p>
				<CopyAs q={listed} />
			</div>
			<div class="panes">
				<WorldMap q={q} ask={ask} countries={countries} turn={turn} />
				<Network q={q} ask={ask} dyads={dyads} since={counted?.from} n={counted?.n} />
				<Timeline q={q} ask={(from, to) => {
					const changed = new URLSearchParams(given);
					changed.delete("datetime");
					from ? changed.set("from", from) : changed.delete("from");
					to ? changed.set("to", to) : changed.delete("to");
					go(address("/", changed));
				}} timeline={timeline} interval={interval} setInterval={setInterval} />
				<List key={listPath} path={listPath} first={events} fresh={fresh.count} show={() => { fresh.clear(); scrollTo({ top: scrollY }); }} narrowed={q.size > 0} total={total} />
			</div>
			<p class="visually-hidden" role="status">{fresh.count > 0 ? plural(fresh.count, "change") + " came in" : ""}</p>
		</div>
	);
}

/** Of how many events pairs are counted at most, so that an answer comes while one looks. */
const manyEvents = 50_000;

/** The first day from which on there are at most so many events, and how many there are. */
function latest(series: Series[]): { from?: string; n?: number } {
	const points = series[0]?.points ?? [];
	let [from, n]: [string | undefined, number] = [undefined, 0];
	for (let i = points.length - 1; i >= 0; i--) {
		const more = series.reduce((sum, s) => sum + s.points[i]!.count, 0);
		if (from && n + more > manyEvents) return { from, n };
		[from, n] = [points[i]!.date, n + more];
	}
	return {};
}

/** Counts what comes over the stream for a question; change is called soon after, once for many. */
function useStream(q: URLSearchParams, change: () => void) {
	const [n, set] = useState(0);
	const later = useRef<ReturnType<typeof setTimeout>>();
	const last = useRef(change);
	last.current = change;
	useEffect(() => {
		set(0);
		if (q.has("as_of")) return; // the past does not change
		const source = new EventSource(address("/v1/stream", q));
		const came = () => {
			set((old) => old + 1);
			clearTimeout(later.current);
			later.current = setTimeout(() => last.current(), 300);
		};
		for (const action of ["created", "updated", "merged", "retracted"]) source.addEventListener(action, came);
		return () => { source.close(); clearTimeout(later.current); };
	}, [q]);
	return { count: n, clear: () => set(0) };
}
