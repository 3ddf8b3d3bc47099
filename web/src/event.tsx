import { useEffect, useMemo, useState } from "preact/hooks";
import { get, type Article, type Event, type Evidence, type Version } from "./api";
import { CodePoints, dateText, instantText, momentText, nameOf, placeText, plural, toneOfQuad, typeName } from "./format";
import { useLoaded } from "./load";

/** Words of a text that a field came from. */
interface Trace { start: number; end: number; field: string }

/** An event: what was read, and the words that prove it. */
export function EventPage({ id }: { id: string }) {
	const answer = useLoaded<Event>("/v1/events/" + id);
	const history = useLoaded<{ versions: Version[] }>("/v1/events/" + id + "/history");
	const e = answer.value ?? (answer.problem?.status === 410 ? history.value?.versions.at(-1)?.event : undefined);
	const [lit, light] = useState<string>();
	useEffect(() => { document.title = (e?.summary ?? "Event") + " – Demarche"; }, [e]);
	if (!e) return answer.problem
		? <div class="page"><h1>{answer.problem.status === 404 ? "There is no such event" : "The event cannot be shown"}</h1><p>{answer.problem.message}.</p><p><a class="button" href="/">To all events</a></p></div>
		: <div class="page" aria-busy="true"><h1 class="visually-hidden">Event</h1><div class="ghost tall" /></div>;
	const gone = answer.problem?.status === 410;
	const last = history.value?.versions.at(-1);
	const articles = [...new Set(e.evidence.map((v) => v.article_id).filter(Boolean))] as string[];
	return (
		<div class="page event-page">
			<p class="back"><a href="/" onClick={(click) => { if (history_back()) click.preventDefault(); }}>← All events</a></p>
			{gone && <p class="failure" role="alert"><strong>This event does not stand any more.</strong> {last?.reason} {last?.successor && <a href={"/events/" + last.successor}>It is now part of another event.</a>}</p>}
			<p class="kind"><i class={"dot " + toneOfQuad(e.quad_class)} />{typeName(e.type)}{e.status !== "occurred" && <em>{e.status}</em>}</p>
			<h1>{e.summary}</h1>
			<div class="columns">
				<div class="facts">
					<Facts event={e} lit={lit} light={light} />
					<Chain id={id} />
					<History versions={history.value?.versions ?? []} />
					<p class="as">The same as <a href={`/v1/events/${id}.json`}>JSON</a>, <a href={`/v1/events/${id}.csv`} download>CSV</a>, <a href={`/v1/events/${id}.geojson`} download>GeoJSON</a>, <a href={`/v1/events/${id}.ics`} download>calendar</a>.</p>
				</div>
				<div class="sources">
					<h2>{articles.length === 1 ? "The report" : plural(articles.length, "report")}</h2>
					{articles.map((article) => <Source key={article} id={article} event={e} lit={lit} />)}
				</div>
			</div>
		</div>
	);
}

/** Goes back to the question that the event was found with, if there was one. */
function history_back(): boolean {
	if (history.length < 2 || !document.referrer && history.state === undefined) return false;
	history.back();
	return true;
}

const fieldOf = (i: number) => "participant-" + i;

function Facts({ event: e, lit, light }: { event: Event; lit?: string; light: (field?: string) => void }) {
	const traced = (field: string, value: preact.ComponentChildren) => (
		<button type="button" class={"traced " + field.replace(/-.*/, "") + (lit === field ? " lit" : "")} onMouseEnter={() => light(field)} onMouseLeave={() => light(undefined)} onFocus={() => light(field)} onBlur={() => light(undefined)}
			onClick={() => document.querySelector(`mark[data-fields~="${field}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" })}>{value}</button>
	);
	const trigger = e.evidence.find((v) => v.trigger)?.trigger;
	return (
		<dl class="fields">
			<dt>Type</dt><dd>{trigger ? traced("trigger", typeName(e.type)) : typeName(e.type)}{trigger && <small>from “{trigger.text}”</small>}</dd>
			<dt>Date</dt><dd>{e.date?.text ? traced("date", dateText(e.date)) : dateText(e.date)}<small>{e.date?.text ? `from “${e.date.text}”` : e.date ? "from the context" : ""}{e.date && e.date.precision !== "day" && `, known to the ${e.date.precision}`}</small></dd>
			<dt>Place</dt><dd>{e.location ? traced("place", placeText(e.location)) : "not said"}{e.location?.precision && <small>{e.location.precision}{e.location.lat !== undefined && `, ${e.location.lat.toFixed(2)}, ${e.location.lon!.toFixed(2)}`}</small>}</dd>
			{e.participants.map((p, i) => <>
				<dt>{p.role === "party" ? "Party" : p.role === "actor" ? "Actor" : p.role === "target" ? "Target" : p.role === "mediator" ? "Mediator" : "Host"}</dt>
				<dd>{traced(fieldOf(i), p.name)}<small>{[p.title, p.code === "UNK" ? "unknown side" : nameOf(p.code), p.sector].filter((v) => v && v !== p.name).join(", ")}</small></dd>
			</>)}
			<dt>Status</dt><dd>{e.status}</dd>
			<dt>Confidence</dt><dd><meter min={0} max={1} value={e.confidence} aria-label="Confidence" />{Math.round(e.confidence * 100)} %</dd>
			<dt>Codes</dt><dd>{[e.plover.type && `PLOVER ${e.plover.type}${e.plover.mode ? ` (${e.plover.mode})` : ""}`, `CAMEO ${e.cameo}`, `quad class ${e.quad_class}`, `score ${e.score}`].filter(Boolean).join(", ")}</dd>
			<dt>Rule</dt><dd class="mono">{[...new Set(e.evidence.map((v) => v.rule).filter(Boolean))].join(", ") || "–"}</dd>
			<dt>Reported</dt><dd>by {plural(e.source_count || 1, "source")} in {plural(e.article_count || 1, "article")}{e.first_reported && `, first on ${momentText(e.first_reported)}`}</dd>
		</dl>
	);
}

/** Finds the words of an article that each field came from. */
function trace(e: Event, text: CodePoints, evidence: Evidence[]): Trace[] {
	const out: Trace[] = [];
	const look = (words: string | undefined, field: string) => {
		if (!words) return;
		for (const v of evidence) { // in the evidence, else where the text first says it
			const at = text.find(words, v.start, v.end);
			if (at >= 0) { out.push({ start: at, end: at + Array.from(words).length, field }); return; }
		}
		const at = text.find(words, 0, text.length);
		if (at >= 0) out.push({ start: at, end: at + Array.from(words).length, field });
	};
	for (const v of evidence) {
		out.push({ start: v.start, end: v.end, field: "evidence" });
		if (v.trigger) out.push({ start: v.trigger.start, end: v.trigger.end, field: "trigger" });
	}
	look(e.date?.text, "date");
	look(e.location?.place ?? (e.location?.country && nameOf(e.location.country)), "place");
	e.participants.forEach((p, i) => { look(p.name, fieldOf(i)); look(p.title, fieldOf(i)); });
	return out;
}

function Source({ id, event, lit }: { id: string; event: Event; lit?: string }) {
	const { value, problem } = useLoaded<{ article: Article }>("/v1/articles/" + id);
	const text = useMemo(() => new CodePoints(value?.article.text ?? ""), [value]);
	if (!value) return problem ? <p class="failure">{problem.message}</p> : <div class="ghost tall" />;
	const a = value.article;
	const traces = trace(event, text, event.evidence.filter((v) => v.article_id === id));
	return (
		<article class="card source">
			<h3>{a.title || "Untitled report"}</h3>
			<p class="byline">{[a.source, a.published_at && momentText(a.published_at), a.licence].filter(Boolean).join(" · ")}{a.url && <> · <a href={a.url} rel="noreferrer external">original</a></>}</p>
			<Marked text={text} traces={traces} lit={lit} />
		</article>
	);
}

/** A text with the words of fields marked; marks may lie in each other. */
export function Marked({ text, traces, lit }: { text: CodePoints; traces: Trace[]; lit?: string }) {
	const cuts = [...new Set([0, text.length, ...traces.flatMap((t) => [t.start, t.end])])].sort((a, b) => a - b);
	return (
		<p class="text">{cuts.slice(0, -1).map((from, i) => {
			const to = cuts[i + 1]!;
			const fields = [...new Set(traces.filter((t) => t.start <= from && t.end >= to).map((t) => t.field))];
			const piece = text.slice(from, to);
			return fields.length === 0 ? piece : <mark data-fields={fields.join(" ")} class={fields.map((f) => f.replace(/-.*/, "")).join(" ") + (lit && fields.includes(lit) ? " lit" : "")}>{piece}</mark>;
		})}</p>
	);
}

/** The process that an event is a step of, such as talks, an agreement, its breach; nothing where there is none. */
function Chain({ id }: { id: string }) {
	const [processes, set] = useState<{ id: string; title: string; events?: Event[] }[]>([]);
	useEffect(() => {
		const stop = new AbortController();
		get<{ processes?: typeof processes }>("/v1/processes?event=" + id, stop.signal).then((answer) => set(answer.processes ?? []), () => undefined);
		return () => stop.abort();
	}, [id]);
	return <>{processes.filter((p) => p.events?.length).map((p) => (
		<section class="chain"><h2>{p.title}</h2>
			<ol>{p.events!.map((e) => <li><small>{dateText(e.date)}</small> {e.id === id ? <strong aria-current="true">{e.summary}</strong> : <a href={"/events/" + e.id}>{e.summary}</a>}</li>)}</ol>
		</section>
	))}</>;
}

function History({ versions }: { versions: Version[] }) {
	if (versions.length === 0) return null;
	return (
		<section class="history"><h2>History</h2>
			<ol>{versions.map((v) => (
				<li key={v.revision}><small>{instantText(v.from)}</small> {v.revision === 1 ? "First read" : `Version ${v.revision}`}{v.event.summary !== versions.at(-1)!.event.summary && `: ${v.event.summary}`}
					{v.fate === "retracted" && <> – retracted: {v.reason}</>}{v.fate === "merged" && v.successor && <> – <a href={"/events/" + v.successor}>merged</a></>}</li>
			))}</ol>
		</section>
	);
}
