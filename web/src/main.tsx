import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "../static/base.css";
import "./style.css";
import { CodePage } from "./code";
import { EventPage } from "./event";
import { Explorer } from "./explorer";
import { followLinks, useAddress } from "./route";

function App() {
	const { path, search } = useAddress();
	const event = path.match(/^\/events\/([^/]+)$/);
	return (
		<div onClick={followLinks}>
			<a class="skip" href="#main">Skip to the content</a>
			<header class="top">
				<a class="brand" href="/"><img src="/static/icon.svg" alt="" width="26" height="26" />Demarche</a>
				<nav aria-label="Pages">
					<a href="/" aria-current={path === "/" ? "page" : undefined}>Explore</a>
					<a href="/code" aria-current={path === "/code" ? "page" : undefined}>Code a text</a>
					<a href="/docs">Documentation</a>
					<a href="/docs/reference">API</a>
				</nav>
				<Theme />
			</header>
			<main id="main" tabIndex={-1}>
				{event ? <EventPage id={decodeURIComponent(event[1]!)} key={event[1]} /> : path === "/code" ? <CodePage /> : <Explorer search={search} />}
			</main>
		</div>
	);
}

const themes = ["system", "light", "dark"] as const;
function Theme() {
	const [theme, set] = useState<string>(document.documentElement.dataset.theme ?? "system");
	useEffect(() => {
		if (theme === "system") { delete document.documentElement.dataset.theme; localStorage.removeItem("theme"); }
		else { document.documentElement.dataset.theme = theme; localStorage.setItem("theme", theme); }
		dispatchEvent(new Event("demarche:theme"));
	}, [theme]);
	return (
		<label class="theme"><span class="visually-hidden">Theme</span>
			<select value={theme} onChange={(e) => set(e.currentTarget.value)}>
				{themes.map((t) => <option value={t}>{t === "system" ? "System theme" : t === "light" ? "Light" : "Dark"}</option>)}
			</select>
		</label>
	);
}

render(<App />, document.getElementById("app")!);
