import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Dyad } from "./api";
import type { Ask } from "./filters";
import { count, dayText, nameOf, plural } from "./format";
import { useSize, type Loaded } from "./load";

interface Node extends SimulationNodeDatum { code: string; n: number; r: number }
interface Edge extends SimulationLinkDatum<Node> { a: string; b: string; n: number; score: number }
const most = 28;

/** How friendly a mean score is, in five steps. */
export function toneOfScore(score: number): string {
	return score >= 4 ? "coop-deed" : score > 0.5 ? "coop-word" : score >= -0.5 ? "neutral" : score > -4 ? "conf-word" : "conf-deed";
}
const inWords: Record<string, string> = { "coop-deed": "close cooperation", "coop-word": "cooperation", neutral: "neither", "conf-word": "tension", "conf-deed": "conflict" };

/** Directed dyads as pairs: the greatest first. */
export function pairsOf(dyads: Dyad[]): Edge[] {
	const pairs = new Map<string, Edge>();
	for (const d of dyads) {
		const [a, b] = d.source < d.target ? [d.source, d.target] : [d.target, d.source];
		const p = pairs.get(a + " " + b) ?? { a, b, n: 0, score: 0, source: a, target: b };
		p.score = (p.score * p.n + d.mean_score * d.count) / (p.n + d.count);
		p.n += d.count;
		pairs.set(a + " " + b, p);
	}
	return [...pairs.values()].sort((x, y) => y.n - x.n || x.a.localeCompare(y.a));
}

/** Who has to do with whom. */
export function Network({ q, ask, dyads, since, n }: { q: URLSearchParams; ask: Ask; dyads: Loaded<{ dyads: Dyad[] }>; since?: string; n?: number }) {
	const [box, { width, height }] = useSize<HTMLDivElement>();
	const [table, setTable] = useState(false);
	const [over, setOver] = useState<string>();
	const pairs = useMemo(() => pairsOf(dyads.value?.dyads ?? []), [dyads.value]);
	const { nodes, edges } = useMemo(() => layout(pairs, width, height), [pairs, width, height]);
	const greatest = Math.max(1, ...edges.map((e) => e.n));
	const actors = q.getAll("actor");
	const toggle = (code: string) => ask("actor", actors.includes(code) ? actors.filter((a) => a !== code) : [...actors, code]);
	const both = (e: Edge) => ask("actor", [e.a, e.b]);

	const svg = useRef<SVGSVGElement>(null);
	const [at, setAt] = useState(0);
	const order = [...nodes].sort((x, y) => y.n - x.n);
	const keys = (e: KeyboardEvent) => {
		const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
		if (!step || order.length === 0) return;
		e.preventDefault();
		const next = (Math.min(at, order.length - 1) + step + order.length) % order.length;
		setAt(next);
		svg.current!.querySelector<SVGElement>(`[data-code="${CSS.escape(order[next]!.code)}"]`)?.focus();
	};
	const dim = (codes: string[]) => (over && !codes.includes(over) ? " dim" : "");
	const beside = new Set(over ? edges.flatMap((e) => (e.a === over || e.b === over ? [e.a, e.b] : [])) : []);
	return (
		<section class="card network" aria-labelledby="network-title" aria-busy={dyads.loading}>
			<header><h2 id="network-title">Who with whom</h2>
				<div class="tools"><button type="button" class="button" aria-pressed={table} onClick={() => setTable(!table)}>As a table</button></div>
			</header>
			{since && <p class="hint">The last {count(n ?? 0)} events, since {dayText(since)}. Narrow the question to count all.</p>}
			<div class="canvas" ref={box}>
				{dyads.value && pairs.length === 0 && <p class="none">No two actors meet in these events.</p>}
				{!dyads.value && !dyads.problem && <p class="none">Counting who meets whom …</p>}
				{table
					? <div class="scroll" tabIndex={0} role="region" aria-label="Pairs of actors"><table>
						<thead><tr><th scope="col">Pair</th><th scope="col">Events</th><th scope="col">Mean score</th></tr></thead>
						<tbody>{pairs.map((p) => <tr key={p.a + p.b}><td><button type="button" class="plain" onClick={() => both(p)}>{nameOf(p.a)} – {nameOf(p.b)}</button></td><td>{count(p.n)}</td><td><i class={"dot " + toneOfScore(p.score)} />{p.score.toFixed(1)}</td></tr>)}</tbody>
					</table></div>
					: <svg ref={svg} width={width} height={height} role="group" aria-label="Network of actors; arrow keys go from actor to actor, Enter filters" onKeyDown={keys} onMouseLeave={() => setOver(undefined)}>
						{edges.map((e) => {
							const [s, t] = [e.source as Node, e.target as Node];
							const line = { x1: s.x, y1: s.y, x2: t.x, y2: t.y };
							return <g class={"edge " + toneOfScore(e.score) + dim([e.a, e.b])} onClick={() => both(e)}>
								<title>{`${nameOf(e.a)} and ${nameOf(e.b)}: ${plural(e.n, "event")}, ${inWords[toneOfScore(e.score)]} (mean score ${e.score.toFixed(1)})`}</title>
								<line {...line} class="target" /><line {...line} stroke-width={1 + 5 * Math.sqrt(e.n / greatest)} />
							</g>;
						})}
						{nodes.map((n) => (
							<g class={"node" + (actors.includes(n.code) ? " chosen" : "") + (over && !beside.has(n.code) && n.code !== over ? " dim" : "")} transform={`translate(${n.x} ${n.y})`} data-code={n.code} role="button"
								tabIndex={n.code === order[Math.min(at, order.length - 1)]?.code ? 0 : -1} aria-label={`${shortName(n.code)}${shortName(n.code) === nameOf(n.code) ? "" : ` (${nameOf(n.code)})`}: ${plural(n.n, "event")} with others`} aria-pressed={actors.includes(n.code)}
								onMouseEnter={() => setOver(n.code)} onFocus={() => { setOver(n.code); setAt(order.indexOf(n)); }} onBlur={() => setOver(undefined)}
								onClick={() => toggle(n.code)} onKeyDown={(e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); toggle(n.code); } }}>
								<circle r={Math.max(12, n.r)} class="target" /><circle r={n.r} /><text y={-n.r - 4}>{shortName(n.code)}</text>
							</g>
						))}
					</svg>}
			</div>
			{dyads.problem && <p class="failure" role="alert">{dyads.problem.message}</p>}
			<ul class="legend">{["coop-deed", "coop-word", "neutral", "conf-word", "conf-deed"].map((t) => <li><i class={"dot " + t} />{inWords[t]}</li>)}</ul>
		</section>
	);
}

const shorter: Record<string, string> = { USA: "USA", GBR: "UK", ARE: "UAE", PRK: "North Korea", KOR: "South Korea", COD: "DR Congo", BIH: "Bosnia", CAF: "C. African Rep." };
const shortName = (code: string) => shorter[code] ?? nameOf(code);

/** Places the greatest pairs so that those who meet much are near each other. The same pairs give the same picture. */
function layout(pairs: Edge[], width: number, height: number): { nodes: Node[]; edges: Edge[] } {
	if (!width || !height) return { nodes: [], edges: [] };
	const weight = new Map<string, number>();
	for (const p of pairs) for (const code of [p.a, p.b]) weight.set(code, (weight.get(code) ?? 0) + p.n);
	const codes = [...weight].sort((x, y) => y[1] - x[1] || x[0].localeCompare(y[0])).slice(0, most);
	const greatest = codes[0]?.[1] ?? 1;
	const nodes: Node[] = codes.map(([code, n]) => ({ code, n, r: 4 + 9 * Math.sqrt(n / greatest) }));
	const known = new Set(nodes.map((n) => n.code));
	const edges = pairs.filter((p) => known.has(p.a) && known.has(p.b)).slice(0, 70).map((p) => ({ ...p }));
	const scale = Math.sqrt((width * height) / Math.max(nodes.length, 4));
	const simulation = forceSimulation(nodes)
		.force("link", forceLink<Node, Edge>(edges).id((n) => n.code).distance(scale * 0.75).strength(0.25))
		.force("charge", forceManyBody().strength(-scale * 3.2))
		.force("collide", forceCollide<Node>((n) => n.r + 16))
		.force("centre", forceCenter(width / 2, height / 2))
		.force("x", forceX(width / 2).strength(0.07)).force("y", forceY(height / 2).strength(0.12)).stop();
	simulation.tick(180);
	// Stretched to the room there is, with space for the names.
	const fit = (get: (n: Node) => number, set: (n: Node, v: number) => void, from: number, to: number) => {
		const [min, max] = [Math.min(...nodes.map(get)), Math.max(...nodes.map(get))];
		for (const n of nodes) set(n, max === min ? (from + to) / 2 : from + ((get(n) - min) / (max - min)) * (to - from));
	};
	fit((n) => n.x!, (n, v) => { n.x = v; }, 48, width - 48);
	fit((n) => n.y!, (n, v) => { n.y = v; }, 30, height - 16);
	return { nodes, edges };
}
