// Lets readers of the reference try each operation that only reads, and those
// that store nothing. Without it the page is whole all the same.
for (const section of document.querySelectorAll(".operation")) {
	const { method, path } = section.dataset;
	if ((method !== "GET" && path !== "/v1/extract") || path === "/v1/stream") continue;
	const make = (name, properties = {}, ...children) => {
		const element = Object.assign(document.createElement(name), properties);
		element.append(...children);
		return element;
	};
	const field = (label, control) => make("label", {}, label, control);
	const form = make("form", { className: "try" });
	form.setAttribute("aria-label", `Try ${method} ${path}`);
	const paths = [...section.querySelectorAll('[data-in="path"]')].map((row) => {
		const control = make("input", { name: row.dataset.parameter, required: true, autocomplete: "off" });
		form.append(field(row.dataset.parameter, control));
		return control;
	});
	const takes = [...section.querySelectorAll('[data-in="query"]')].map((row) => row.dataset.parameter);
	const query = make("input", { value: takes.includes("field") ? "field=type" : takes[0] === "q" ? "q=a" : takes.includes("explain") ? "explain=true" : takes.includes("limit") ? "limit=2" : "", autocomplete: "off", spellcheck: false });
	if (takes.length) form.append(field("Parameters", query));
	const example = section.querySelector(".body");
	const body = make("textarea", { rows: 6, value: example?.textContent ?? "", spellcheck: false });
	if (method !== "GET") form.append(field("Body", body));
	const answer = make("pre", { tabIndex: 0, hidden: true });
	answer.setAttribute("aria-live", "polite");
	form.append(make("button", { className: "button main", textContent: "Send" }), answer);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		let at = path;
		for (const control of paths) at = at.replace(`{${control.name}}`, encodeURIComponent(control.value));
		if (query.value) at += "?" + query.value;
		answer.hidden = false;
		answer.textContent = "…";
		try {
			const response = await fetch(at, method === "GET" ? {} : { method, body: body.value, headers: { "Content-Type": "application/json" } });
			const text = await response.text();
			let shown = text;
			try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON */ }
			answer.textContent = `${method} ${at}\n${response.status} ${response.statusText}\n\n${shown.slice(0, 20000)}`;
		} catch (error) {
			answer.textContent = String(error);
		}
	});
	section.append(form);
}
