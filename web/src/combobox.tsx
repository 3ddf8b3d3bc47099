import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface Suggestion { value: string; label: string; detail?: string }

/** A text field with suggestions (the combobox pattern of ARIA). What is typed can be entered as it is. */
export function Combobox({ label, placeholder, suggest, pick, problem }: {
	label: string; placeholder?: string; problem?: string;
	suggest: (typed: string, signal: AbortSignal) => Promise<Suggestion[]>; pick: (value: string) => void;
}) {
	const id = useId();
	const [typed, type] = useState("");
	const [found, find] = useState<Suggestion[]>([]);
	const [open, setOpen] = useState(false);
	const [active, setActive] = useState(-1);
	const field = useRef<HTMLInputElement>(null);

	useEffect(() => {
		if (!typed.trim()) { find([]); return; }
		const stop = new AbortController();
		const wait = setTimeout(() => suggest(typed, stop.signal).then((all) => { find(all); setActive(-1); }, () => undefined), 80);
		return () => { clearTimeout(wait); stop.abort(); };
	}, [typed]);

	const choose = (value: string) => {
		if (value.trim()) pick(value.trim());
		type(""); find([]); setOpen(false);
		field.current?.focus();
	};
	const key = (e: KeyboardEvent) => {
		const move = (to: number) => { e.preventDefault(); setOpen(true); setActive(to); };
		switch (e.key) {
			case "ArrowDown": return found.length ? move((active + 1) % found.length) : undefined;
			case "ArrowUp": return found.length ? move((active - 1 + found.length) % found.length) : undefined;
			case "Enter": e.preventDefault(); return choose(found[active]?.value ?? typed);
			case "Escape": if (open) { e.preventDefault(); setOpen(false); } else type("");
		}
	};
	const shown = open && found.length > 0;
	return (
		<div class="field combobox">
			<label for={id}>{label}</label>
			<input ref={field} id={id} role="combobox" autocomplete="off" spellcheck={false} value={typed} placeholder={placeholder}
				aria-expanded={shown} aria-controls={id + "-list"} aria-autocomplete="list" aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
				aria-invalid={!!problem} aria-describedby={problem ? id + "-problem" : undefined}
				onInput={(e) => { type(e.currentTarget.value); setOpen(true); }} onKeyDown={key} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} />
			<ul id={id + "-list"} role="listbox" aria-label={label} hidden={!shown}>
				{found.map((s, i) => (
					<li id={`${id}-${i}`} role="option" aria-selected={i === active} onMouseDown={(e) => { e.preventDefault(); choose(s.value); }}>
						<span>{s.label}</span>{s.detail && <small>{s.detail}</small>}
					</li>
				))}
			</ul>
			{problem && <p class="problem" id={id + "-problem"}>{problem}</p>}
		</div>
	);
}
