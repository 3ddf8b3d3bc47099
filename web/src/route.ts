import { useEffect, useState } from "preact/hooks";

// The address is the state: the path says which page, the query which question.

const changed = "demarche:address";

export interface Address { path: string; search: string }
const here = (): Address => ({ path: location.pathname, search: location.search });

export function go(to: string, replace = false) {
	if (to === location.pathname + location.search) return;
	history[replace ? "replaceState" : "pushState"](null, "", to);
	dispatchEvent(new Event(changed));
}

export function useAddress(): Address {
	const [address, set] = useState(here);
	useEffect(() => {
		const update = () => set(here());
		addEventListener("popstate", update);
		addEventListener(changed, update);
		return () => { removeEventListener("popstate", update); removeEventListener(changed, update); };
	}, []);
	return address;
}

/** Lets links within the explorer change the address without loading the page anew. */
export function followLinks(event: MouseEvent) {
	const link = (event.target as Element).closest?.("a");
	if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
	if (link.origin !== location.origin || !/^\/($|events\/|code$)/.test(link.pathname) || link.hash) return;
	event.preventDefault();
	go(link.pathname + link.search);
	scrollTo(0, 0);
	requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
}
