import { useEffect, useState } from "preact/hooks";
import { address, get, type Event, type EventPage, type Problem } from "./api";
import { count, dateText, placeText, plural, toneOfQuad, typeName } from "./format";
import type { Loaded } from "./load";

/** The events themselves, a page after the other. */
export function List({ path, first, fresh, show, narrowed, total }: { path: string; first: Loaded<EventPage>; fresh: number; show: () => void; narrowed: boolean; total?: number }) {
	const [newest, setNewest] = useState<EventPage>();
	const [rest, setRest] = useState<Event[]>([]);
	const [cursor, setCursor] = useState<string>();
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<Problem>();
	const top = newest ?? first.value;
	const next = cursor ?? top?.next_cursor ?? "";
	useEffect(() => { setRest([]); setCursor(undefined); }, [newest]);
	const load = (from: string, done: (page: EventPage) => void) => {
		setBusy(true);
		get<EventPage>(from).then((page) => { done(page); setProblem(undefined); }, setProblem).finally(() => setBusy(false));
	};
	const more = () => load(address(path.split("?")[0]!, new URLSearchParams(path.split("?")[1]), { cursor: next }), (page) => {
		setRest((old) => [...old, ...page.events]);
		setCursor(page.next_cursor);
	});
	const events = top ? [...top.events, ...rest] : [];
	return (
		<section class="card list" aria-labelledby="list-title" aria-busy={first.loading || busy}>
			<header><h2 id="list-title">Events</h2>
				<button class="button fresh" type="button" hidden={fresh === 0} onClick={() => load(path, (page) => { setNewest(page); show(); })}>{plural(fresh, "change")} – show</button>
			</header>
			{!top && !first.problem && <ul class="events" aria-hidden="true">{Array.from({ length: 8 }, () => <li class="ghost" />)}</ul>}
			{top && events.length === 0 && <div class="empty">
				<p><strong>No event answers this question.</strong></p>
				<p>{narrowed ? "Take a filter away, or widen the days. Names are matched by their words; a code such as IRN stands for everybody who acts for it."
					: "Nothing has been read yet. Post an article, or load a file of them:"}</p>
				{!narrowed && <pre><code>demarche load articles.ndjson</code></pre>}
			</div>}
			<ul class="events">{events.map((e) => <Row key={e.id} event={e} />)}</ul>
			{problem && <p class="failure" role="alert">{problem.message}</p>}
			{next && <button class="button" type="button" disabled={busy} onClick={more}>More{total ? ` (${count(events.length)} of ${count(total)} shown)` : ""}</button>}
		</section>
	);
}

export function Row({ event: e }: { event: Event }) {
	return (
		<li><a class="event" href={"/events/" + e.id}>
			<span class="when">{dateText(e.date)}</span>
			<span class="kind"><i class={"dot " + toneOfQuad(e.quad_class)} />{typeName(e.type)}{e.status !== "occurred" && <em>{e.status}</em>}</span>
			<span class="what">{e.summary}</span>
			<span class="where">{placeText(e.location)}</span>
			<span class="sources">{plural(e.source_count || e.article_count || 1, "source")}</span>
		</a></li>
	);
}
