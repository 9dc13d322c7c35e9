import { SandboxError } from './sandboxError.mts';
import { readJson, writeJson } from './jsonStore.mts';

interface Labelled {
	/** Short name for the control page. */
	label: string;
	/** What the setting changes, and why there is a choice. */
	help: string;
}

/** A choice between several documented behaviors. */
export interface Choice extends Labelled {
	/** What each value means, by value. */
	values: Readonly<Record<string, string>>;
	/** The strictest value that the service's documentation allows. */
	default: string;
}

/** An integer limit or amount. */
export interface Amount extends Labelled {
	minimum: number;
	maximum: number;
	/** The unit: bytes, requests, … */
	unit: string;
	default: number;
}

/** A setting of a service. */
export type SettingDeclaration = Choice | Amount;
export type SettingDeclarations = Readonly<Record<string, SettingDeclaration>>;
type Value = string | number;

const isAmount = (declared: SettingDeclaration): declared is Amount => 'unit' in declared;

/** A service's settings, stored in one file. */
export class Settings {
	readonly #path: string;
	readonly declarations: SettingDeclarations;
	#chosen: Record<string, Value> = {};

	private constructor(path: string, declarations: SettingDeclarations) {
		this.#path = path;
		this.declarations = declarations;
	}

	static async open(path: string, declarations: SettingDeclarations): Promise<Settings> {
		const settings = new Settings(path, declarations);
		const kept = await readJson(path);
		// Values that this version does not support fall back to the default.
		for (const [key, value] of Object.entries((kept ?? {}) as Record<string, unknown>)) {
			if (settings.#findProblem(key, value) === undefined) settings.#chosen[key] = value as Value;
		}
		return settings;
	}

	/** Returns the current choice. */
	get(key: string): string {
		return String(this.#value(key));
	}

	/** Returns the current amount in its declared unit. */
	number(key: string): number {
		return Number(this.#value(key));
	}

	all(): Record<string, Value> {
		return Object.fromEntries(Object.keys(this.declarations).map((key) => [key, this.#value(key)]));
	}

	/**
	 * Changes several settings: all of them or, if one is invalid, none.
	 * @throws {SandboxError} naming the invalid key or value and the valid ones
	 */
	async change(patch: Readonly<Record<string, unknown>>): Promise<void> {
		for (const [key, value] of Object.entries(patch)) {
			const problem = this.#findProblem(key, value);
			if (problem !== undefined) throw new SandboxError(problem);
		}
		this.#chosen = { ...this.#chosen, ...(patch as Record<string, Value>) };
		await writeJson(this.#path, this.#chosen);
	}

	/** Like {@link Settings.change}, with the strings of an HTML form. */
	async changeByForm(form: Readonly<Record<string, string | undefined>>): Promise<void> {
		const typed = Object.entries(form).map(([key, text = '']) => {
			const counts = Object.hasOwn(this.declarations, key) && isAmount(this.declarations[key]);
			return [key, counts && text.trim() !== '' ? Number(text) : text] as const;
		});
		await this.change(Object.fromEntries(typed));
	}

	#value(key: string): Value {
		const declared = this.declarations[key];
		if (!declared) throw new Error(`No setting "${key}"`);
		return this.#chosen[key] ?? declared.default;
	}

	#findProblem(key: string, value: unknown): string | undefined {
		if (!Object.hasOwn(this.declarations, key)) {
			const known = Object.keys(this.declarations).join(', ') || 'none';
			return `There is no setting "${key}". The settings are: ${known}.`;
		}
		const declared = this.declarations[key];
		if (isAmount(declared)) {
			const { minimum, maximum, unit } = declared;
			const fits =
				typeof value === 'number' &&
				Number.isInteger(value) &&
				value >= minimum &&
				value <= maximum;
			if (fits) return undefined;
			return `"${key}" must be a whole number from ${minimum} to ${maximum} (${unit}), not ${JSON.stringify(value)}.`;
		}
		const values = Object.keys(declared.values);
		if (typeof value === 'string' && values.includes(value)) return undefined;
		return `${JSON.stringify(value)} is not a valid value for "${key}". Valid values: ${values.join(', ')}.`;
	}
}
