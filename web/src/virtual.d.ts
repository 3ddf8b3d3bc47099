declare module "virtual:countries" {
	/** alpha-3, alpha-2, name, latitude, longitude */
	const countries: [string, string, string, number, number][];
	export default countries;
}
declare module "virtual:shapes" {
	import type { Topology, GeometryCollection } from "topojson-specification";
	const topology: Topology<{ countries: GeometryCollection }>;
	export default topology;
}
