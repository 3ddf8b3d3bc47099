import { useEffect, useId, useState } from "preact/hooks";
import { get, type Actor, type Place, type Problem, type Rank, type TypeInfo } from "./api";
import { Combobox, type Suggestion } from "./combobox";
import { compact, countryList, nameOf, toneOfFamily, typeName } from "./format";

/** Changes one parameter of the question; no value takes it away. */
export type Ask = (name: string, values: string[]) => void;

const roles = ["source", "target", "mediator", "host"] as const;
const roleNames: Record<string, string> = { source: "Who does it", target: "To whom", mediator: "Mediator", host: "Host" };

interface Field { name: string; label: string; hint?: string; choices?: [string, string][] }
const sectors: [string, string][] = ([["GOV", "government"], ["MIL", "military"], ["LEG", "parliament"], ["JUD", "courts"], ["COP", "police"], ["SPY", "intelligence"],
	["OPP", "opposition"], ["REB", "rebels"], ["MED", "media"], ["BUS", "business"], ["CVL", "civilians"], ["REL", "religion"], ["IGO", "international organisations"],
	["NGO", "non-governmental organisations"], ["UNK", "unknown"]] as [string, string][]);
const words = (list: string): [string, string][] => list.split(" ").map((w) => [w, w]);
const further: Field[] = [
	{ name: "status", label: "Status", choices: words("occurred ongoing planned cancelled") },
	{ name: "sector", label: "Sector", choices: sectors },
	{ name: "quad_class", label: "Quad class", choices: [["1", "verbal cooperation"], ["2", "material cooperation"], ["3", "verbal conflict"], ["4", "material conflict"]] },
	{ name: "plover", label: "PLOVER", choices: words("ACCUSE AGREE AID ASSAULT COERCE CONCEDE CONSULT COOPERATE MOBILIZE PROTEST REJECT REQUEST RETREAT SANCTION SUPPORT THREATEN") },
	{ name: "cameo", label: "CAMEO code", hint: "first digits: 04" },
	{ name: "family", label: "Family", choices: [["consult", "consult"], ["agree", "agree"], ["peace", "peace"], ["cooperate", "cooperate"], ["verbal conflict", "verbal conflict"], ["conflict", "conflict"]] },
	{ name: "reported_from", label: "Reported from", hint: "2017-01-26, 2017, -30d" },
	{ name: "reported_to", label: "Reported to", hint: "2017-01-31" },
	{ name: "min_confidence", label: "Confidence at least", hint: "0 to 1" },
	{ name: "min_sources", label: "Sources at least", hint: "2" },
	{ name: "source_name", label: "Source", hint: "exact name" },
	{ name: "language", label: "Language", hint: "en" },
	{ name: "near", label: "Near", hint: "lat,lon" },
	{ name: "radius_km", label: "Within kilometres", hint: "100" },
	{ name: "bbox", label: "Box", hint: "minlon,minlat,maxlon,maxlat" },
	{ name: "as_of", label: "As the database stood", hint: "2026-01-31" },
	{ name: "order", label: "Order", choices: [["-date", "newest first"], ["date", "oldest first"], ["-first_reported", "last reported first"], ["-confidence", "surest first"], ["-article_count", "most reported first"]] },
];
const labels: Record<string, string> = { ...Object.fromEntries(further.map((f) => [f.name, f.label])), actor: "Actor", country: "Country", place: "Place", from: "From", to: "To", datetime: "Days", type: "Type", q: "Words", source: "By", target: "To", mediator: "Mediator", host: "Host" };

function countriesOf(typed: string): Suggestion[] {
	const key = typed.trim().toLowerCase();
	return countryList.filter((c) => c.name.toLowerCase().split(/[\s-]/).some((_, i, all) => all.slice(i).join(" ").startsWith(key)) || c.code.toLowerCase() === key)
		.sort((a, b) => Number(b.name.toLowerCase().startsWith(key)) - Number(a.name.toLowerCase().startsWith(key)))
		.slice(0, 6).map((c) => ({ value: c.code, label: c.name, detail: c.code }));
}

const nations = new Set(countryList.map((c) => c.name.toLowerCase()));
async function actorsOf(typed: string, signal: AbortSignal): Promise<Suggestion[]> {
	const { actors } = await get<{ actors: Actor[] }>("/v1/actors?q=" + encodeURIComponent(typed), signal);
	const people = actors.filter((a) => !nations.has(a.name.toLowerCase()));
	return [...countriesOf(typed).slice(0, 4), ...people.map((a) => ({ value: a.sector === "IGO" && a.code !== "UNK" ? a.code : a.name, label: a.name, detail: a.code === "UNK" ? a.sector : `${nameOf(a.code)}, ${a.sector}` }))].slice(0, 10);
}
async function placesOf(typed: string, signal: AbortSignal): Promise<Suggestion[]> {
	const { places } = await get<{ places: Place[] }>("/v1/places?q=" + encodeURIComponent(typed), signal);
	return places.map((p) => ({ value: p.name, label: p.name, detail: p.country && nameOf(p.country) }));
}

export function Filters({ q, ask, clear, problem, types, counts }: {
	q: URLSearchParams; ask: Ask; clear: () => void; problem?: Problem; types: TypeInfo[]; counts: Rank[];
}) {
	const also = (name: string) => (value: string) => ask(name, [...q.getAll(name), value]);
	const orAlso = (name: string) => (value: string) => ask(name, [[...q.getAll(name), value].join(",")]);
	const active = further.filter((f) => q.has(f.name)).length + roles.filter((r) => q.has(r)).length;
	return (
		<section class="filters" aria-label="Filters">
			<div class="row">
				<Text name="q" label="Words" hint="ceasefire, &quot;joint statement&quot;" q={q} ask={ask} problem={problem?.of("q")} />
				<Combobox label="Actor" placeholder="Country, organisation, person" suggest={actorsOf} pick={also("actor")} problem={problem?.of("actor")} />
				<Combobox label="Place" placeholder="City or region" suggest={placesOf} pick={orAlso("place")} problem={problem?.of("place")} />
				<Types q={q} ask={ask} types={types} counts={counts} />
				<Text name="from" label="From" hint="2017 or -30d" q={q} ask={ask} problem={problem?.of("from")} small />
				<Text name="to" label="To" hint="2017-01-31" q={q} ask={ask} problem={problem?.of("to")} small />
			</div>
			<details class="more">
				<summary>More filters{active > 0 && ` (${active})`}</summary>
				<div class="row">
					<Combobox label="Country" placeholder="Where it happens" suggest={async (typed) => countriesOf(typed)} pick={orAlso("country")} problem={problem?.of("country")} />
					{roles.map((r) => <Combobox label={roleNames[r]!} placeholder="Country, organisation, person" suggest={actorsOf} pick={also(r)} problem={problem?.of(r)} />)}
					{further.map((f) => f.choices
						? <Choice field={f} q={q} ask={ask} problem={problem?.of(f.name)} />
						: <Text name={f.name} label={f.label} hint={f.hint ?? ""} q={q} ask={ask} problem={problem?.of(f.name)} small />)}
				</div>
			</details>
			<Chips q={q} ask={ask} clear={clear} />
		</section>
	);
}

function Text({ name, label, hint, q, ask, problem, small }: { name: string; label: string; hint: string; q: URLSearchParams; ask: Ask; problem?: string; small?: boolean }) {
	const id = useId();
	const given = q.get(name) ?? "";
	const [typed, type] = useState(given);
	useEffect(() => type(given), [given]);
	const enter = () => { if (typed.trim() !== given) ask(name, typed.trim() ? [typed.trim()] : []); };
	return (
		<div class={"field" + (small ? " small" : "")}>
			<label for={id}>{label}</label>
			<input id={id} name={name} value={typed} placeholder={hint} autocomplete="off" aria-invalid={!!problem} aria-describedby={problem ? id + "-problem" : undefined}
				onInput={(e) => type(e.currentTarget.value)} onBlur={enter} onKeyDown={(e) => e.key === "Enter" && enter()} />
			{problem && <p class="problem" id={id + "-problem"}>{problem}</p>}
		</div>
	);
}

function Choice({ field, q, ask, problem }: { field: Field; q: URLSearchParams; ask: Ask; problem?: string }) {
	const id = useId();
	return (
		<div class="field small">
			<label for={id}>{field.label}</label>
			<select id={id} name={field.name} value={q.get(field.name) ?? ""} onChange={(e) => ask(field.name, e.currentTarget.value ? [e.currentTarget.value] : [])} aria-invalid={!!problem}>
				<option value="">{field.name === "order" ? "newest first" : "any"}</option>
				{field.choices!.filter(([v]) => v !== "-date").map(([value, text]) => <option value={value}>{text}</option>)}
				{q.has(field.name) && !field.choices!.some(([v]) => v === q.get(field.name)) && <option value={q.get(field.name)!}>{q.get(field.name)}</option>}
			</select>
			{problem && <p class="problem">{problem}</p>}
		</div>
	);
}

function Types({ q, ask, types, counts }: { q: URLSearchParams; ask: Ask; types: TypeInfo[]; counts: Rank[] }) {
	const chosen = new Set(q.getAll("type").flatMap((v) => v.split(",")).filter(Boolean));
	const of = new Map(counts.map((c) => [c.key, c.count]));
	const families = Object.keys(toneOfFamily).filter((f) => types.some((t) => t.family === f));
	const toggle = (type: string) => {
		chosen.has(type) ? chosen.delete(type) : chosen.add(type);
		ask("type", chosen.size ? [[...chosen].join(",")] : []);
	};
	return (
		<details class="field types" onKeyDown={(e) => { if (e.key === "Escape") { e.currentTarget.open = false; e.currentTarget.querySelector("summary")!.focus(); } }}
			onFocusOut={(e) => { // not at once: a browser may fall over what goes while focus moves
				const details = e.currentTarget;
				if (e.relatedTarget && !details.contains(e.relatedTarget as Node)) setTimeout(() => { details.open = false; });
			}}>
			<summary><span class="label">Type</span><span class="box">{chosen.size === 0 ? "All thirty" : chosen.size === 1 ? typeName([...chosen][0]!) : `${chosen.size} types`}</span></summary>
			<div class="panel" tabIndex={-1}>
				{families.map((family) => (
					<fieldset>
						<legend><i class={"dot " + toneOfFamily[family]} />{family}</legend>
						{types.filter((t) => t.family === family).map((t) => (
							<label title={t.when}><input type="checkbox" checked={chosen.has(t.type)} onChange={() => toggle(t.type)} /><span>{typeName(t.type)}</span><small>{of.has(t.type) ? compact(of.get(t.type)!) : ""}</small></label>
						))}
					</fieldset>
				))}
			</div>
		</details>
	);
}

function Chips({ q, ask, clear }: { q: URLSearchParams; ask: Ask; clear: () => void }) {
	const chips: { name: string; value: string; without: string[] }[] = [];
	for (const name of new Set(q.keys())) {
		const values = q.getAll(name).filter(Boolean);
		values.forEach((value, i) => chips.push({ name, value, without: values.filter((_, j) => j !== i) }));
	}
	if (chips.length === 0) return null;
	const said = (value: string) => value.split(",").map((v) => (v.startsWith("!") ? "not " + nameOf(v.slice(1)) : nameOf(v))).join(" or ");
	return (
		<ul class="chips" aria-label="Active filters">
			{chips.map((c) => (
				<li key={c.name + c.value}><button type="button" onClick={() => ask(c.name, c.without)} aria-label={`Remove filter ${labels[c.name] ?? c.name}: ${said(c.value)}`}>
					<small>{labels[c.name] ?? c.name}</small> {c.name === "type" ? said(c.value).replaceAll("_", " ") : c.name === "bbox" ? "this area" : said(c.value)} <span aria-hidden="true">×</span>
				</button></li>
			))}
			<li><button type="button" class="clear" onClick={clear}>Clear all</button></li>
		</ul>
	);
}
