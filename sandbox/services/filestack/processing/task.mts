/** The value of a parameter as text; a list may contain lists. */
export type Value = string | Value[];
export type Parameters = Readonly<Record<string, Value>>;

/** A task of a path. */
export interface Task {
	name: string;
	/** By name; a single value, as in `cache=false`, has the name ''. */
	parameters: Parameters;
}
