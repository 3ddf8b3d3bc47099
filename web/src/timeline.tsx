import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Series } from "./api";
import { count, dayText, toneNames, toneOfFamily, type Tone } from "./format";
import { useSize, type Loaded } from "./load";

export type Interval = "day" | "week" | "month" | "year";
const intervals: Interval[] = ["day", "week", "month", "year"];
const dayLength = 86400;

/** How wide the steps are for a question: as many as can be told apart. */
export function intervalFor(q: URLSearchParams): Interval {
	const [from, to] = [q.get("from"), q.get("to")];
	if (from?.startsWith("-") && !to) { const days = parseInt(from.slice(1)); if (from.endsWith("d") && days <= 120) return "day"; if (days <= 1000) return "week"; }
	if (!from || !to || from.startsWith("-") || to.startsWith("-")) return "month";
	const span = (Date.parse(endOf(to)) - Date.parse((from + "-01-01").slice(0, 10))) / 86_400_000;
	return span <= 120 ? "day" : span <= 800 ? "week" : span <= 366 * 40 ? "month" : "year";
}
const endOf = (day: string) => (day.length === 4 ? day + "-12-31" : day.length === 7 ? day + "-28" : day);

/** When it happens: cooperation above the line, conflict below. */
export function Timeline({ q, ask, timeline, interval, setInterval }: {
	q: URLSearchParams; ask: (from: string, to: string) => void; timeline: Loaded<{ series: Series[] }>; interval: Interval | "auto"; setInterval: (i: Interval | "auto") => void;
}) {
	const [box, { width }] = useSize<HTMLDivElement>();
	const [theme, setTheme] = useState(0);
	useEffect(() => {
		const redraw = () => setTheme((n) => n + 1);
		const dark = matchMedia("(prefers-color-scheme: dark)");
		dark.addEventListener("change", redraw);
		addEventListener("demarche:theme", redraw);
		return () => { dark.removeEventListener("change", redraw); removeEventListener("demarche:theme", redraw); };
	}, []);
	const data = useMemo(() => stack(timeline.value?.series ?? []), [timeline.value]);
	const shown = interval === "auto" ? intervalFor(q) : interval;
	const [at, setAt] = useState<number | null>(null);
	const chart = useRef<uPlot>();
	const latest = useRef(ask);
	latest.current = ask;

	useEffect(() => {
		if (!width || data.days.length === 0) return;
		const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
		const bars = (tone: Tone): uPlot.Series => ({ fill: colour(tone), width: 0, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.85, 48], radius: 0 }) });
		const axis: uPlot.Axis = { stroke: colour("soft"), font: "12px " + getComputedStyle(document.body).fontFamily, ticks: { show: false } };
		const step = data.days.length > 1 ? data.days[1]! - data.days[0]! : dayLength * 30;
		const plot = new uPlot({
			width, height: 184, tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"), legend: { show: false }, padding: [8, 4, 0, 0],
			cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
			scales: { x: { range: (_, min, max) => [min - step * 0.6, max + step * 0.6] }, y: { range: (_, min, max) => [Math.min(min, 0) * 1.05, Math.max(max, 1) * 1.05] } },
			axes: [
				{ ...axis, grid: { show: false }, size: 40 },
				{ ...axis, grid: { stroke: colour("line"), width: 1 }, size: 46, space: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5], values: (_, ticks) => ticks.map((v) => (Math.abs(v) >= 1e4 ? Math.abs(v) / 1e3 + "k" : String(Math.abs(v)))) },
			],
			series: [{}, bars("coop-word"), bars("coop-deed"), bars("conf-word"), bars("conf-deed")],
			hooks: {
				setCursor: [(u) => setAt(u.cursor.idx ?? null)],
				setSelect: [(u) => {
					if (u.select.width < 4) return;
					const [a, b] = [u.posToIdx(u.select.left), u.posToIdx(u.select.left + u.select.width)];
					const iso = (ts: number) => new Date(ts * 1e3).toISOString().slice(0, 10);
					u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
					const until = data.days[b + 1] ?? data.days[b]! + step;
					latest.current(iso(data.days[a]!), iso(until - dayLength));
				}],
			},
		}, [data.days, data.coop, data.coopDeeds, data.conf, data.confDeeds], box.current!);
		chart.current = plot;
		return () => plot.destroy();
	}, [data, theme, width > 0]);
	useEffect(() => { if (width) chart.current?.setSize({ width, height: 184 }); }, [width]);

	const bar = at !== null && data.days[at] !== undefined ? at : undefined;
	const total = (i: number) => [data.coop[i]!, -data.conf[i]!] as const;
	return (
		<section class="card timeline" aria-labelledby="timeline-title" aria-busy={timeline.loading}>
			<header><h2 id="timeline-title">When</h2>
				<p class="reading">{bar === undefined ? " " : <><strong>{stepText(data.days[bar]!, shown)}</strong> {count(total(bar)[0])} cooperation, {count(total(bar)[1])} conflict</>}</p>
				<div class="tools">
					{(q.has("from") || q.has("to")) && <button type="button" class="button" onClick={() => ask("", "")}>All days</button>}
					<label><span class="visually-hidden">Steps</span><select value={interval} onChange={(e) => setInterval(e.currentTarget.value as Interval)}>
						<option value="auto">By {intervalFor(q)}</option>{intervals.filter((i) => i !== intervalFor(q)).map((i) => <option value={i}>By {i}</option>)}
					</select></label>
				</div>
			</header>
			<div class="plot" ref={box} role="img" aria-label={summaryOf(data, shown)}>{timeline.value && data.days.length === 0 && <p class="none">No event here has a date.</p>}</div>
			{timeline.problem && <p class="failure" role="alert">{timeline.problem.message}</p>}
			<ul class="legend">{(["coop-deed", "coop-word", "conf-word", "conf-deed"] as Tone[]).map((t) => <li><i class={"dot " + t} />{toneNames[t]}</li>)}<li class="hint">Drag over days to filter.</li></ul>
		</section>
	);
}

interface Stacked { days: number[]; coop: number[]; coopDeeds: number[]; conf: number[]; confDeeds: number[] }

/** Deeds lie next to the line, words beyond them; conflict counts below it. */
function stack(series: Series[]): Stacked {
	const days = (series[0]?.points ?? []).map((p) => Date.parse(p.date + "T00:00:00Z") / 1e3);
	const sum = (tones: Tone[], sign: number) => days.map((_, i) => sign * series.reduce((n, s) => n + (tones.includes(toneOfFamily[s.key]!) ? s.points[i]!.count : 0), 0));
	return { days, coop: sum(["coop-word", "coop-deed"], 1), coopDeeds: sum(["coop-deed"], 1), conf: sum(["conf-word", "conf-deed"], -1), confDeeds: sum(["conf-deed"], -1) };
}

function stepText(ts: number, interval: Interval): string {
	const iso = new Date(ts * 1e3).toISOString();
	return interval === "year" ? iso.slice(0, 4) : interval === "month" ? dayText(iso).replace(/^\d+ /, "") : (interval === "week" ? "Week of " : "") + dayText(iso);
}

function summaryOf(data: Stacked, interval: Interval): string {
	if (data.days.length === 0) return "No timeline";
	const [coop, conf] = [data.coop.reduce((a, b) => a + b, 0), -data.conf.reduce((a, b) => a + b, 0)];
	const all = data.coop.map((c, i) => c - data.conf[i]!);
	const peak = all.indexOf(Math.max(...all));
	return `${count(coop)} events of cooperation and ${count(conf)} of conflict by ${interval}, from ${stepText(data.days[0]!, interval)} to ${stepText(data.days.at(-1)!, interval)}; most in ${stepText(data.days[peak]!, interval)}: ${count(all[peak]!)}`;
}
