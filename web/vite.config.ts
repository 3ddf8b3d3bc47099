import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig, type Plugin } from "vite";

const require = createRequire(import.meta.url);

/** The countries of the gazetteer (alpha-3, alpha-2, name, a point inside) and their
 * shapes (Natural Earth 1:110m), known by alpha-3 too. */
function world(): Plugin {
	return {
		name: "world",
		resolveId: (id) => (id === "virtual:countries" || id === "virtual:shapes" ? "\0" + id : undefined),
		load(id) {
			if (id === "\0virtual:countries") {
				const file = new URL("../internal/gazetteer/data/states.tsv", import.meta.url);
				const rows = readFileSync(file, "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
				return "export default " + JSON.stringify(rows.map((row) => [row[1], row[0], row[2], Number(row[7]), Number(row[8])]));
			}
			if (id === "\0virtual:shapes") {
				const topology = JSON.parse(readFileSync(require.resolve("world-atlas/countries-110m.json"), "utf8"));
				const codes = new Map<string, string>(require("i18n-iso-countries/codes.json").map(([, alpha3, numeric]: string[]) => [numeric, alpha3]));
				// Territories without a number, by the state that ISO 3166-1 counts them to.
				const unnumbered: Record<string, string> = { Kosovo: "XKX", Somaliland: "SOM", "N. Cyprus": "CYP" };
				for (const shape of topology.objects.countries.geometries) {
					shape.id = codes.get(shape.id) ?? unnumbered[shape.properties.name];
					delete shape.properties;
				}
				delete topology.objects.land;
				return `export default JSON.parse(${JSON.stringify(JSON.stringify(topology))})`;
			}
		},
	};
}

export default defineConfig({
	base: "/static/app/",
	publicDir: false,
	plugins: [world()],
	esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
	build: { rollupOptions: { output: { chunkFileNames: "chunk-[hash].js" } }, outDir: "static/app", assetsDir: ".", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
