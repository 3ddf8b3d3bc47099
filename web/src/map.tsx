import { geoEqualEarth, geoPath, type GeoPermissibleObjects } from "d3-geo";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { feature } from "topojson-client";
import { address, type Rank } from "./api";
import type { Ask } from "./filters";
import { compact, countryList, nameOf, plural } from "./format";
import { useLoaded, useSize, type Loaded } from "./load";

interface View { k: number; x: number; y: number }
/** From Alaska to New Zealand, Tierra del Fuego to Svalbard: nothing happens in Antarctica. */
const inhabited: GeoPermissibleObjects = { type: "MultiPoint", coordinates: [[-168, 66], [-150, 0], [180, 0], [-67, -55], [20, 80], [179, -45]] };
const whole: View = { k: 1, x: 0, y: 0 };
const closest = 60;
/** From here on the map shows places instead of countries. */
const placesFrom = 2.5;
interface Mark { key: string; label: string; count: number; x: number; y: number; r: number; places: Rank[] }
interface Tip { x: number; y: number; text: string }

/** Where it happens: countries from afar, clusters of places from near. */
export function WorldMap({ q, ask, countries, turn }: { q: URLSearchParams; ask: Ask; countries: Loaded<{ top: Rank[] }>; turn: number }) {
	const [box, { width, height }] = useSize<HTMLDivElement>();
	const [shapes, setShapes] = useState<{ id: string; shape: GeoPermissibleObjects }[]>([]);
	const [view, setView] = useState(whole);
	const [tip, setTip] = useState<Tip>();
	const near = view.k >= placesFrom;
	const places = useLoaded<{ top: Rank[] }>(near ? address("/v1/stats/top", q, { field: "place", limit: 1000 }) : null, turn);

	useEffect(() => {
		import("virtual:shapes").then(({ default: topology }) => {
			const all = feature(topology, topology.objects.countries) as unknown as { features: { id: string }[] };
			setShapes(all.features.map((f) => ({ id: f.id, shape: f as unknown as GeoPermissibleObjects })));
		});
	}, []);

	const projection = useMemo(() => (width ? geoEqualEarth().rotate([-11, 0]).fitExtent([[4, 4], [width - 4, height - 4]], inhabited) : undefined), [width, height]);
	const paths = useMemo(() => {
		if (!projection) return [];
		const draw = geoPath(projection);
		return shapes.map(({ id, shape }) => ({ id, d: draw(shape) ?? "" }));
	}, [projection, shapes]);

	const counts = useMemo(() => new Map((countries.value?.top ?? []).map((r) => [r.key, r.count])), [countries.value]);
	const most = Math.max(1, ...counts.values());
	const shade = (n: number) => (n ? 0.16 + 0.74 * (Math.log1p(n) / Math.log1p(most)) : 0);
	const marks = useMemo<Mark[]>(() => {
		if (!projection) return [];
		if (!near) { // countries that are too small for a shape
			const drawn = new Set(shapes.map((s) => s.id));
			return shapes.length === 0 ? [] : countryList.filter((c) => counts.has(c.code) && !drawn.has(c.code)).map((c) => {
				const [x, y] = projection([c.lon, c.lat])!;
				return { key: c.code, label: c.name, count: counts.get(c.code)!, x, y, r: 3.5, places: [] };
			});
		}
		return clusters(places.value?.top ?? [], (r) => projection([r.lon!, r.lat!]), view.k);
	}, [projection, near, places.value, counts, shapes, near && view.k]);

	const svg = useRef<SVGSVGElement>(null);
	const settle = ({ k, x, y }: View): View => {
		k = Math.min(Math.max(k, 1), closest);
		return { k, x: Math.min(0, Math.max(x, width * (1 - k))), y: Math.min(0, Math.max(y, height * (1 - k))) };
	};
	const zoom = (by: number, px = width / 2, py = height / 2) => setView((v) => {
		const k = Math.min(Math.max(v.k * by, 1), closest);
		return settle({ k, x: px - ((px - v.x) * k) / v.k, y: py - ((py - v.y) * k) / v.k });
	});
	useEffect(() => { // not passive, so that the page does not scroll
		const wheel = (e: WheelEvent) => {
			if (!e.ctrlKey && !e.metaKey && document.activeElement !== svg.current && !svg.current!.contains(document.activeElement)) return;
			e.preventDefault();
			const at = svg.current!.getBoundingClientRect();
			zoom(Math.exp(-e.deltaY * 0.002), e.clientX - at.left, e.clientY - at.top);
		};
		const element = svg.current!;
		element.addEventListener("wheel", wheel, { passive: false });
		return () => element.removeEventListener("wheel", wheel);
	}, [width, height]);

	const drag = useRef<{ x: number; y: number; view: View; moved: boolean }>();
	const pick = (key: string, name: string) => {
		if (drag.current?.moved) return;
		const chosen = q.getAll(name).flatMap((v) => v.split(",")).filter(Boolean);
		const next = chosen.includes(key) ? chosen.filter((c) => c !== key) : [...chosen, key];
		ask(name, next.length ? [next.join(",")] : []);
	};
	const open = (m: Mark) => {
		if (drag.current?.moved) return;
		if (!near) return pick(m.key, "country");
		if (m.places.length === 1 || view.k >= closest) return ask("place", [m.places.map((p) => p.key.replaceAll(",", " ")).join(",")]);
		zoom(2.5, m.x * view.k + view.x, m.y * view.k + view.y);
	};
	const area = () => {
		const corners = [[0, 0], [width, 0], [0, height], [width, height], [width / 2, 0], [width / 2, height], [0, height / 2], [width, height / 2]]
			.map(([x, y]) => projection!.invert!([(x! - view.x) / view.k, (y! - view.y) / view.k])).filter((p) => p && isFinite(p[0]) && isFinite(p[1])) as [number, number][];
		const [lon, lat] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
		ask("bbox", [[Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)].map((v) => v.toFixed(2)).join(",")]);
	};

	// One stop of the Tab key; the arrow keys go from mark to mark, the greatest first.
	const stops = near ? [...marks].sort((a, b) => b.count - a.count) : (countries.value?.top ?? []).map((r) => ({ key: r.key, label: nameOf(r.key), count: r.count }));
	const [at, setAt] = useState(0);
	const current = stops[Math.min(at, stops.length - 1)]?.key;
	const keys = (e: KeyboardEvent) => {
		const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
		if (e.key === "+" || e.key === "=") return zoom(1.6);
		if (e.key === "-") return zoom(1 / 1.6);
		if (!step || stops.length === 0) return;
		e.preventDefault();
		const next = (Math.min(at, stops.length - 1) + step + stops.length) % stops.length;
		setAt(next);
		svg.current!.querySelector<SVGElement>(`[data-key="${CSS.escape(stops[next]!.key)}"]`)?.focus();
	};
	const say = (label: string, n: number, px: number, py: number) => setTip({ x: Math.min(Math.max(px, 70), width - 70), y: py, text: `${label}: ${plural(n, "event")}` });
	const stop = (key: string, label: string, n: number, act: () => void) => ({
		"data-key": key, role: "button" as const, tabIndex: key === current ? 0 : -1, "aria-label": `${label}: ${compact(n)} ${n === 1 ? "event" : "events"}`,
		onClick: act, onKeyDown: (e: KeyboardEvent) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); drag.current = undefined; act(); } },
		onFocus: () => { setAt(Math.max(0, stops.findIndex((s) => s.key === key))); },
	});
	const chosen = new Set(q.getAll("country").flatMap((v) => v.split(",")));

	return (
		<section class="card map" aria-labelledby="map-title">
			<header><h2 id="map-title">Where</h2>
				<div class="tools">
					{view.k > 1 && <button type="button" class="button" onClick={area}>Only this area</button>}
					<button type="button" class="button icon" aria-label="Closer" onClick={() => zoom(1.8)}>+</button>
					<button type="button" class="button icon" aria-label="Further away" disabled={view.k === 1} onClick={() => zoom(1 / 1.8)}>−</button>
					<button type="button" class="button icon" aria-label="The whole world" disabled={view.k === 1} onClick={() => setView(whole)}>⤢</button>
				</div>
			</header>
			<div class="canvas" ref={box}>
				<svg ref={svg} width={width} height={height} role="group" aria-label={near ? "Places on a map; arrow keys go from the greatest on, Enter opens" : "Countries on a map; arrow keys go from the greatest on, Enter filters"}
					onKeyDown={keys} onMouseLeave={() => setTip(undefined)}
					onDblClick={(e) => { const r = svg.current!.getBoundingClientRect(); zoom(2, e.clientX - r.left, e.clientY - r.top); }}
					onPointerDown={(e) => { drag.current = { x: e.clientX, y: e.clientY, view, moved: false }; }}
					onPointerMove={(e) => {
						const d = drag.current;
						if (!d || e.buttons === 0 || (e.pointerType === "touch" && view.k === 1)) return;
						if (!d.moved && Math.hypot(e.clientX - d.x, e.clientY - d.y) < 4) return;
						if (!d.moved) svg.current!.setPointerCapture(e.pointerId);
						d.moved = true;
						setView(settle({ k: d.view.k, x: d.view.x + e.clientX - d.x, y: d.view.y + e.clientY - d.y }));
					}}>
					<g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
						{paths.map(({ id, d }) => {
							const n = counts.get(id) ?? 0;
							return n && !near
								? <path d={d} class={"country" + (chosen.has(id) ? " chosen" : "")} fill-opacity={shade(n)} {...stop(id, nameOf(id), n, () => pick(id, "country"))}
									onMouseMove={(e) => { const r = svg.current!.getBoundingClientRect(); say(nameOf(id), n, e.clientX - r.left, e.clientY - r.top); }} onMouseLeave={() => setTip(undefined)} />
								: <path d={d} class="land" />;
						})}
					</g>
					{marks.map((m) => {
						const [x, y] = [m.x * view.k + view.x, m.y * view.k + view.y];
						if (x < -20 || y < -20 || x > width + 20 || y > height + 20) return null;
						return <g key={m.key} class="mark" transform={`translate(${x} ${y})`} {...stop(m.key, m.label, m.count, () => open(m))} onMouseEnter={() => say(m.label, m.count, x, y - m.r)} onMouseLeave={() => setTip(undefined)}>
							<circle r={Math.max(12, m.r)} class="target" /><circle r={m.r} />{near && m.r >= 10 && <text dy=".35em">{compact(m.count)}</text>}
						</g>;
					})}
				</svg>
				{tip && <div class="tip" style={{ transform: `translate(${tip.x}px, ${tip.y}px) translate(-50%, calc(-100% - 10px))` }}>{tip.text}</div>}
				{countries.value?.top.length === 0 && <p class="none">No event here has a known country.</p>}
			</div>
			<p class="hint">{near ? "Circles are places; press one to look closer or to filter." : "The stronger its colour, the more happened in a country. Press one to filter, + to see places."}</p>
		</section>
	);
}

/** Gathers places that would touch at a scale: the greatest takes in its neighbours. */
export function clusters(places: Rank[], project: (r: Rank) => [number, number] | null, k: number): Mark[] {
	const out: Mark[] = [];
	const cells = new Map<string, Mark[]>();
	const reach = 26 / k;
	for (const p of places) { // the greatest first, as the server ranks them
		if (p.lat === undefined || p.lon === undefined) continue;
		const xy = project(p);
		if (!xy) continue;
		const [cx, cy] = [Math.floor(xy[0] / reach), Math.floor(xy[1] / reach)];
		let home: Mark | undefined;
		for (let i = -1; i <= 1 && !home; i++) for (let j = -1; j <= 1 && !home; j++) home = cells.get(`${cx + i} ${cy + j}`)?.find((m) => Math.hypot(m.x - xy[0], m.y - xy[1]) < reach);
		if (home) {
			home.places.push(p);
			home.count += p.count;
			continue;
		}
		const mark: Mark = { key: `${p.key}|${p.country}`, label: "", count: p.count, x: xy[0], y: xy[1], r: 0, places: [p] };
		out.push(mark);
		const cell = `${cx} ${cy}`;
		cells.set(cell, [...(cells.get(cell) ?? []), mark]);
	}
	const most = Math.max(1, ...out.map((m) => m.count));
	for (const m of out) {
		const [first] = m.places;
		m.label = m.places.length === 1 ? [first!.key, first!.country && nameOf(first!.country)].filter(Boolean).join(", ") : `${first!.key} and ${plural(m.places.length - 1, "place")} near it`;
		m.r = 5 + 15 * Math.sqrt(m.count / most);
	}
	return out;
}
