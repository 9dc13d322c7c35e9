import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sandbox/system/repository.mjs';
import type { Findings, Table } from './case.mts';

const RESULTS = join(ROOT, 'bench', 'RESULTS.md');

const HEAD = `# Results

Written by \`npm run bench\`; a run of some cases replaces those cases alone. Ratios hold for the machine and the run that
they were measured on: each contender ran in the same run, on the same data.
`;

const mark = (name: string) => `<!-- case ${name} -->`;

function markdown({ head, rows }: Table): string {
	const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)].join(
		'\n',
	);
}

/** Formats the findings of a case in Markdown. */
export function section(
	name: string,
	title: string,
	{ method, table, thresholds: targets }: Findings,
	machine: readonly string[],
): string {
	const wanted = targets.map(
		({ wanted, measured, met }) => `- ${met ? 'met' : '**missed**'}: ${wanted}: ${measured}`,
	);
	return [
		mark(name),
		`## ${title}`,
		`${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC · ${machine.join(' · ')}`,
		method.join(' '),
		markdown(table),
		wanted.join('\n'),
	].join('\n\n');
}

/** Stores a case's section in RESULTS.md: in its place, or at the end. */
export function saveSection(name: string, text: string, order: readonly string[] = []): void {
	const old = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
	const sections = new Map<string, string>();
	for (const part of old.split(/(?=<!-- case \w+ -->)/)) {
		const found = /^<!-- case (\w+) -->/.exec(part)?.[1];
		if (found) sections.set(found, part.trim());
	}
	sections.set(name, text);
	const names = new Set([...order, ...sections.keys()]);
	const all = [...names].flatMap((one) => sections.get(one) ?? []);
	writeFileSync(RESULTS, `${[HEAD.trim(), ...all].join('\n\n')}\n`);
}
