import { SandboxProblem } from './problem.mts';
import { readJson, writeJson } from './documents.mts';

/** One switch of a service: which of two documented behaviours it shows. */
export interface SettingDeclaration {
	/** Short name for the control page. */
	label: string;
	/** What it changes, and why there is a choice. */
	help: string;
	values: readonly string[];
	/** The strictest that the service's documents allow. */
	default: string;
}

export type SettingDeclarations = Readonly<Record<string, SettingDeclaration>>;

/** A service's switches, kept in one file. */
export class Settings {
	readonly #path: string;
	readonly declarations: SettingDeclarations;
	#chosen: Record<string, string> = {};

	private constructor(path: string, declarations: SettingDeclarations) {
		this.#path = path;
		this.declarations = declarations;
	}

	static async open(path: string, declarations: SettingDeclarations): Promise<Settings> {
		const settings = new Settings(path, declarations);
		const kept = await readJson(path);
		// A value that this version no longer knows falls back to the default.
		for (const [key, value] of Object.entries((kept ?? {}) as Record<string, unknown>)) {
			if (settings.#refusal(key, value) === undefined) settings.#chosen[key] = value as string;
		}
		return settings;
	}

	/** The value in force. */
	get(key: string): string {
		const declared = this.declarations[key];
		if (!declared) throw new Error(`No setting "${key}"`);
		return this.#chosen[key] ?? declared.default;
	}

	all(): Record<string, string> {
		return Object.fromEntries(Object.keys(this.declarations).map((key) => [key, this.get(key)]));
	}

	/**
	 * Changes some of them: all or, when one is wrong, none.
	 * @throws SandboxProblem that names the wrong key or value and the right ones
	 */
	async change(patch: Readonly<Record<string, unknown>>): Promise<void> {
		for (const [key, value] of Object.entries(patch)) {
			const refusal = this.#refusal(key, value);
			if (refusal !== undefined) throw new SandboxProblem(refusal);
		}
		this.#chosen = { ...this.#chosen, ...(patch as Record<string, string>) };
		await writeJson(this.#path, this.#chosen);
	}

	#refusal(key: string, value: unknown): string | undefined {
		if (!Object.hasOwn(this.declarations, key)) {
			const known = Object.keys(this.declarations).join(', ') || 'none';
			return `There is no setting "${key}"; the settings are: ${known}.`;
		}
		const { values } = this.declarations[key];
		if (typeof value === 'string' && values.includes(value)) return undefined;
		return `${JSON.stringify(value)} is no value of "${key}"; it takes: ${values.join(', ')}.`;
	}
}
