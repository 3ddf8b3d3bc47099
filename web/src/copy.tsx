import { useRef, useState } from "preact/hooks";
import { address } from "./api";

const shellQuoted = (s: string) => "'" + s.replaceAll("'", `'\\''`) + "'";

/** The question, in the form in which other tools ask it. */
export function recipes(q: URLSearchParams, origin = location.origin): { name: string; text: string; note: string }[] {
	const at = (suffix: string) => origin + address("/v1/events" + suffix, q);
	const text = (suffix: string) => JSON.stringify(at(suffix));
	return [
		{ name: "API address", text: at(""), note: "JSON, a page of 50 events; next_cursor leads on." },
		{ name: "curl", text: `curl -s ${shellQuoted(at(".ndjson"))}`, note: "Every event, one JSON object a line." },
		{ name: "pandas", text: `import pandas as pd\n\nevents = pd.read_csv(${text(".csv")}, parse_dates=["first_reported"])`, note: "Every event, a row each. Lists have semicolons between." },
		{ name: "R", text: `events <- read.csv(${text(".csv")})`, note: "Every event, a row each." },
		{ name: "DuckDB", text: `SELECT type, country, count(*) AS n\nFROM read_csv('${at(".csv").replaceAll("'", "''")}')\nGROUP BY ALL ORDER BY n DESC;`, note: "Needs the extension httpfs, which DuckDB loads by itself." },
		{ name: "CSV", text: at(".csv"), note: "Every event, for spreadsheets." },
		{ name: "GeoJSON", text: origin + address("/v1/events.geojson", q, { limit: 10000 }), note: "Up to 10,000 events, for QGIS, Kepler and other maps." },
		{ name: "Parquet", text: at(".parquet"), note: "Every event, with types." },
		{ name: "Calendar", text: at(".ics"), note: "To subscribe to, in any calendar." },
	];
}

export function CopyAs({ q }: { q: URLSearchParams }) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [chosen, choose] = useState(0);
	const [copied, setCopied] = useState("");
	const all = recipes(q);
	const recipe = all[chosen]!;
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(recipe.text);
			setCopied("Copied");
		} catch {
			getSelection()!.selectAllChildren(document.getElementById("recipe")!);
			setCopied("Selected: press Ctrl+C to copy");
		}
	};
	return (
		<>
			<button class="button" type="button" aria-haspopup="dialog" onClick={() => { setCopied(""); dialog.current!.showModal(); }}>Copy as …</button>
			<dialog ref={dialog} class="copy" aria-labelledby="copy-title" onClick={(e) => e.target === dialog.current && dialog.current!.close()}>
				<div>
					<h2 id="copy-title">Take this question with you</h2>
					<div class="choices" role="group" aria-label="Form">
						{all.map((r, i) => <button type="button" class="choice" aria-pressed={i === chosen} onClick={() => { choose(i); setCopied(""); }}>{r.name}</button>)}
					</div>
					<pre tabIndex={0} role="region" aria-label={recipe.name}><code id="recipe">{recipe.text}</code></pre>
					<p class="note">{recipe.note}</p>
					<div class="actions"><button type="button" class="button main" onClick={copy}>Copy</button>
						<button type="button" class="button" onClick={() => dialog.current!.close()}>Close</button>
						<span role="status">{copied}</span></div>
				</div>
			</dialog>
		</>
	);
}
