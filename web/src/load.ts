import { useEffect, useRef, useState } from "preact/hooks";
import { get, known, Problem } from "./api";

/** What is known of an answer: while a new one is on its way, the old one stays, so that nothing jumps. */
export interface Loaded<T> { value?: T; problem?: Problem; loading: boolean }

/** Loads an address whenever it or the number of the turn changes; null loads nothing. */
export function useLoaded<T>(path: string | null, turn = 0): Loaded<T> {
	const [state, set] = useState<Loaded<T>>(() => ({ value: path ? known<T>(path) : undefined, loading: !!path }));
	const last = useRef<string | null>(null);
	useEffect(() => {
		if (!path) return set((old) => ({ value: old.value, loading: false }));
		const ahead = last.current === path ? undefined : known<T>(path);
		last.current = path;
		set((old) => ({ value: ahead ?? old.value, loading: true }));
		const stop = new AbortController();
		get<T>(path, stop.signal).then(
			(value) => set({ value, loading: false }),
			(problem) => { if (!stop.signal.aborted) set((old) => ({ value: old.value, problem, loading: false })); },
		);
		return () => stop.abort();
	}, [path, turn]);
	return state;
}

/** The size of an element, as it changes. */
export function useSize<E extends HTMLElement>() {
	const ref = useRef<E>(null);
	const [size, set] = useState({ width: 0, height: 0 });
	useEffect(() => {
		const watch = new ResizeObserver(([entry]) => set({ width: Math.round(entry!.contentRect.width), height: Math.round(entry!.contentRect.height) }));
		watch.observe(ref.current!);
		return () => watch.disconnect();
	}, []);
	return [ref, size] as const;
}
