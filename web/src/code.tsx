import { useEffect, useState } from "preact/hooks";
import { Problem, post, type Explanation, type Sentence } from "./api";
import { CodePoints, dateText, nameOf, placeText, toneOfQuad, typeName } from "./format";
import { Marked } from "./event";

const example = {
	title: "Norway and Chile sign pact on oceans", published_at: "2017-01-27",
	text: "OSLO – Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday. The two ministers signed an agreement on the protection of the oceans. Munoz will travel to Stockholm on Monday.\n\nChile did not comment on the sanctions.",
};

/** Reads a text and shows how: nothing is stored. */
export function CodePage() {
	const [draft, set] = useState(example);
	const [read, setRead] = useState<{ draft: typeof example; answer: Explanation }>();
	const [problem, setProblem] = useState<Problem>();
	const [busy, setBusy] = useState(false);
	const code = async () => {
		setBusy(true);
		try {
			const given = Object.fromEntries(Object.entries(draft).filter(([, v]) => v));
			setRead({ draft, answer: await post<Explanation>("/v1/extract?explain=true", given) });
			setProblem(undefined);
		} catch (e) {
			setProblem(e as Problem);
		}
		setBusy(false);
	};
	useEffect(() => { document.title = "Code a text – Demarche"; code(); }, []);
	const field = (name: keyof typeof example) => ({ value: draft[name], onInput: (e: { currentTarget: { value: string } }) => set({ ...draft, [name]: e.currentTarget.value }) });
	const wrong = (name: string) => problem?.errors.find((e) => e.location === "body." + name)?.message;
	return (
		<div class="page code-page">
			<h1>Code a text</h1>
			<p class="lead">Paste an article in English. The server reads it as it reads all others, shows what it understood, and stores nothing.</p>
			<form class="card" onSubmit={(e) => { e.preventDefault(); code(); }}>
				<div class="row">
					<div class="field"><label for="title">Title</label><input id="title" {...field("title")} /></div>
					<div class="field small"><label for="published">Published</label><input id="published" placeholder="2017-01-27" aria-invalid={!!wrong("published_at")} {...field("published_at")} />{wrong("published_at") && <p class="problem">{wrong("published_at")}</p>}</div>
				</div>
				<div class="field"><label for="text">Text</label><textarea id="text" rows={7} aria-invalid={!!wrong("text")} {...field("text")} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) code(); }} />{wrong("text") && <p class="problem">{wrong("text")}</p>}</div>
				<div class="actions"><button class="button main" disabled={busy}>Code it</button><small>or Ctrl+Enter</small></div>
			</form>
			{problem && <p class="failure" role="alert"><strong>{problem.message}</strong>{problem.errors.map((e) => <span>{e.message}</span>)}</p>}
			{read && <Reading draft={read.draft} answer={read.answer} />}
		</div>
	);
}

function Reading({ draft, answer }: { draft: typeof example; answer: Explanation }) {
	const text = new CodePoints(draft.text);
	const traces = answer.events.flatMap((e) => e.evidence.flatMap((v) => [{ start: v.start, end: v.end, field: "evidence" }, ...(v.trigger ? [{ start: v.trigger.start, end: v.trigger.end, field: "trigger" }] : [])]));
	return (
		<div class="reading-of" aria-live="polite">
			<section aria-labelledby="events-found">
				<h2 id="events-found">{answer.events.length === 0 ? "No event" : answer.events.length === 1 ? "One event" : `${answer.events.length} events`}</h2>
				{answer.events.length === 0 && <p>The text asserts no event of the thirty types. Below is why, sentence by sentence.</p>}
				<ul class="found">{answer.events.map((e) => (
					<li class="card"><p class="kind"><i class={"dot " + toneOfQuad(e.quad_class)} />{typeName(e.type)}{e.status !== "occurred" && <em>{e.status}</em>}</p>
						<p class="what">{e.summary}</p>
						<p class="byline">{[dateText(e.date), placeText(e.location), `CAMEO ${e.cameo}`, `${Math.round(e.confidence * 100)} % sure`].filter(Boolean).join(" · ")}</p>
						<ul class="who">{e.participants.map((p) => <li><strong>{p.name}</strong> {p.role}, {nameOf(p.code)} {p.sector}</li>)}</ul></li>
				))}</ul>
				<div class="card source"><Marked text={text} traces={traces} /></div>
			</section>
			<section aria-labelledby="sentences-read"><h2 id="sentences-read">Sentence by sentence</h2>
				{(answer.sentences ?? []).map((s) => <SentenceView sentence={s} />)}
			</section>
		</div>
	);
}

function SentenceView({ sentence: s }: { sentence: Sentence }) {
	return (
		<article class="card sentence">
			<p class="quote">{s.text}</p>
			<dl class="fields">
				{s.entities.length > 0 && <><dt>Names</dt><dd>{s.entities.map((e) => <span class="entity"><strong>{e.text}</strong> <small>{[...e.actors.map((a) => `${a.name} (${a.code} ${a.sector})`), e.place].filter(Boolean).join("; ") || "nobody known"}{e.why && ` · ${e.why}`}</small></span>)}</dd></>}
				{s.dates.length > 0 && <><dt>Dates</dt><dd>{s.dates.join(", ")}</dd></>}
				{s.rules.length > 0 && <><dt>Rules</dt><dd>{s.rules.map((r) => <span class="entity"><strong class="mono">{r.rule}</strong> <small>on “{r.trigger}”: {r.failed || "holds: " + typeName(r.type)}</small></span>)}</dd></>}
				{s.reason && <><dt>No event</dt><dd>{s.reason}</dd></>}
			</dl>
			<details><summary>Parse</summary><Tree sentence={s} /></details>
		</article>
	);
}

/** The dependency tree as arcs over the words. */
function Tree({ sentence: { tokens } }: { sentence: Sentence }) {
	const wide = tokens.map((t) => Math.max(t.form.length * 8, t.upos.length * 7, 26) + 16);
	const left: number[] = [];
	wide.reduce((x, w, i) => { left[i] = x; return x + w; }, 8);
	const centre = (i: number) => left[i]! + wide[i]! / 2;
	const level = (i: number) => Math.abs(i - tokens[i]!.head);
	const deepest = Math.min(9, Math.max(1, ...tokens.map((t, i) => (t.head < 0 ? 1 : level(i)))));
	const base = 26 + deepest * 17;
	const width = left.at(-1)! + wide.at(-1)! + 8;
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label="Dependency tree">
			<svg class="tree" width={width} height={base + 44} role="img" aria-label={tokens.map((t) => `${t.form}: ${t.rel}${t.head >= 0 ? " of " + tokens[t.head]!.form : ""}`).join("; ")}>
				{tokens.map((t, i) => {
					const x = centre(i);
					if (t.head < 0) return <g><path d={`M${x} 14V${base - 6}`} class="root" /><text x={x} y={10} class="rel">root</text></g>;
					const [h, y] = [centre(t.head) + (t.head < i ? 6 : -6), base - 8 - Math.min(level(i), 9) * 17];
					const r = Math.min(10, Math.abs(x - h) / 2);
					const way = h < x ? 1 : -1;
					return <g><path d={`M${h} ${base - 6}V${y + r}Q${h} ${y} ${h + way * r} ${y}H${x - way * r}Q${x} ${y} ${x} ${y + r}V${base - 6}`} /><text x={(x + h) / 2} y={y - 3} class="rel">{t.rel}</text></g>;
				})}
				{tokens.map((t, i) => <g><text x={centre(i)} y={base + 14} class="form">{t.form}</text><text x={centre(i)} y={base + 32} class="tag">{t.upos}</text></g>)}
			</svg>
		</div>
	);
}
