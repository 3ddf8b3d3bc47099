import countries from "virtual:countries";
import type { Event } from "./api";

const names = new Map(countries.map(([alpha3, , name]) => [alpha3, name]));
export const countryList = countries.map(([code, alpha2, name, lat, lon]) => ({ code, alpha2, name, lat, lon }));

/** Name of a country, or the code itself: organisations are known by theirs. */
export const nameOf = (code: string) => names.get(code) ?? code;

const integers = new Intl.NumberFormat("en-GB");
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
export const count = (n: number) => integers.format(n);
export const compact = (n: number) => (n < 10_000 ? integers.format(n) : short.format(n));
export const plural = (n: number, one: string, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const instant = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
export const dayText = (iso: string) => day.format(new Date(iso.slice(0, 10) + "T00:00:00Z"));
export const instantText = (iso: string) => instant.format(new Date(iso));

export function dateText(date: Event["date"]): string {
	if (!date) return "no date";
	switch (date.precision) {
		case "year": return date.start.slice(0, 4);
		case "month": return month.format(new Date(date.start + "T00:00:00Z"));
		case "week": return "week of " + dayText(date.start);
	}
	return date.start === date.end ? dayText(date.start) : dayText(date.start) + " – " + dayText(date.end);
}

/** As it was published: a year, a month, a day or an instant. */
export const momentText = (s: string) => (s.length === 10 ? dayText(s) : s.length > 10 ? instantText(s) : s);

export function placeText(l: Event["location"]): string {
	if (!l) return "";
	return [l.place, l.country && nameOf(l.country)].filter((part, i, all) => part && all.indexOf(part) === i).join(", ");
}

/** How each family and quad class is coloured: blue what brings together, orange what parts; deep what is done, pale what is said. */
export type Tone = "coop-word" | "coop-deed" | "conf-word" | "conf-deed";
export const toneOfQuad = (quad: number): Tone => (["coop-word", "coop-deed", "conf-word", "conf-deed"] as const)[quad - 1] ?? "coop-word";
export const toneOfFamily: Record<string, Tone> = {
	consult: "coop-word", agree: "coop-word", peace: "coop-deed", cooperate: "coop-deed", "verbal conflict": "conf-word", conflict: "conf-deed",
};
export const toneNames: Record<Tone, string> = {
	"coop-deed": "peace and cooperation", "coop-word": "meeting and agreeing", "conf-word": "criticism and threats", "conf-deed": "force and sanctions",
};
export const typeName = (type: string) => type.replaceAll("_", " ");

/** Text by code points, as all offsets of the API count. */
export class CodePoints {
	private readonly points: string[];
	constructor(text: string) { this.points = Array.from(text); }
	get length() { return this.points.length; }
	slice(start: number, end: number) { return this.points.slice(start, end).join(""); }
	/** First place of some words at or behind start, before end; -1 if they are not there. */
	find(words: string, start: number, end: number): number {
		const within = this.slice(start, end);
		const at = within.indexOf(words);
		return at < 0 ? -1 : start + Array.from(within.slice(0, at)).length;
	}
}
