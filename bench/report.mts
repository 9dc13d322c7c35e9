import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sandbox/system/repository.mjs';
import type { Findings, Table } from './case.mts';
import { type ResultTable, writePlots } from './plots.mts';

const RESULTS = join(ROOT, 'bench', 'RESULTS.md');

const HEAD = `# Results

Written by \`npm run bench\` and \`npm run soak\`; a run of some cases replaces those cases alone. Ratios hold for the machine and the run that
they were measured on: each contender ran in the same run, on the same data. \`npm run bench -- --plots\` draws the plots again.
`;

const mark = (name: string) => `<!-- case ${name} -->`;

function markdown({ head, rows }: Table): string {
	const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)].join(
		'\n',
	);
}

/** Reads the table of a section. */
function tableIn(text: string): ResultTable {
	const lines = text.split('\n').filter((line) => line.startsWith('|'));
	const [head = [], , ...rows] = lines.map((line) =>
		line
			.slice(1, -1)
			.split('|')
			.map((cell) => cell.trim()),
	);
	return { head, rows };
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

/** Returns the sections of RESULTS.md by the names of their cases. */
function readSections(): Map<string, string> {
	const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '';
	const sections = new Map<string, string>();
	for (const part of text.split(/(?=<!-- case \w+ -->)/)) {
		const found = /^<!-- case (\w+) -->/.exec(part)?.[1];
		if (found) sections.set(found, part.trim());
	}
	return sections;
}

function writeSections(sections: ReadonlyMap<string, string>): void {
	writeFileSync(RESULTS, `${[HEAD.trim(), ...sections.values()].join('\n\n')}\n`);
}

/** Stores a case's section in RESULTS.md with its plots: in its place, or at the end. */
export async function saveSection(
	name: string,
	text: string,
	order: readonly string[] = [],
): Promise<void> {
	const complete = await withPlots(name, text);
	const sections = readSections();
	sections.set(name, complete);
	const names = new Set([...order, ...sections.keys()]);
	writeSections(
		new Map(
			[...names].flatMap((one) => {
				const of = sections.get(one);
				return of === undefined ? [] : [[one, of] as const];
			}),
		),
	);
}

/** Draws the plots of all sections again, from their tables. */
export async function redrawPlots(): Promise<void> {
	const sections = readSections();
	for (const [name, text] of sections) sections.set(name, await withPlots(name, text));
	writeSections(sections);
}

/** Returns a section with its plots after its table, in place of earlier ones. */
async function withPlots(name: string, text: string): Promise<string> {
	const bare = text.replace(/<picture>.*<\/picture>\n\n/g, '');
	const pictures = await writePlots(name, tableIn(bare));
	if (!pictures) return bare;
	const end = bare.lastIndexOf('\n|');
	const after = bare.indexOf('\n\n', end);
	return `${bare.slice(0, after)}\n\n${pictures}${bare.slice(after)}`;
}
