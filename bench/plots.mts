import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sandbox/system/repository.mjs';
import { drawPlot, type Plot, type Point, type Theme } from './plot.mts';
import type { SoakResult } from './soak/soak.mts';

const FOLDER = join(ROOT, 'bench', 'plots');
const THEMES: readonly Theme[] = ['light', 'dark'];

/** The rows of a case's table in RESULTS.md. */
export interface ResultTable {
	head: string[];
	rows: string[][];
}

/** Makes the plots of a case from its table; by the name of the plot. */
type Plotter = (table: ResultTable) => Record<string, Plot>;

const column = ({ head }: ResultTable, title: string) => head.indexOf(title);

/** Speeds of the ways to transfer a file, and the memory of those that were measured at several sizes. */
const transfer =
	(name: string): Plotter =>
	(table) => {
		const speed = column(table, 'MiB/s, 1 GiB');
		const sizes = table.head.flatMap((title, index) => {
			const [, number, unit] = /^peak, (\d+) (MiB|GiB)$/.exec(title) ?? [];
			return number ? [{ index, size: Number(number) * (unit === 'GiB' ? 1024 : 1) }] : [];
		});
		return {
			[`${name}-speed`]: {
				...{
					title: `${name}: 1 GiB`,
					kind: 'bars',
					x: { title: '' },
					y: { title: 'MiB per second' },
				},
				points: table.rows
					.filter((row) => row[speed])
					.map((row) => ({ x: 0, series: row[0], y: Number(row[speed]) })),
			},
			[`${name}-memory`]: {
				title: `${name}: peak memory of n8n`,
				kind: 'lines',
				x: { title: 'size of the file, MiB', isLogarithmic: true },
				y: { title: 'MiB' },
				points: table.rows
					.filter((row) => row[sizes[0].index])
					.flatMap((row) =>
						sizes.map(({ index, size }) => ({ x: size, series: row[0], y: Number(row[index]) })),
					),
			},
		};
	};

/** Speeds by the number of parallel requests; rows without a number are left out. */
const parallel =
	(name: string, title: string, what: string): Plotter =>
	(table) => ({
		[name]: {
			...{ title, kind: 'lines', x: { title: what }, y: { title: 'MiB per second' } },
			points: table.rows
				.filter(([count]) => Number(count) > 0)
				.map((row) => ({
					x: Number(row[0]),
					series: '',
					y: Number(row[column(table, 'MiB/s')]),
				})),
		},
	});

/** Responses per second by the number of parallel deliveries, in one panel per size. */
const deliveries =
	(name: string, title: string): Plotter =>
	({ rows }) => {
		const points = rows.flatMap(([label, responses]): Point[] => {
			const [, size, count, series] = /^(\d+ KiB), (\d+) in parallel: (.*)$/.exec(label) ?? [];
			return size ? [{ x: Number(count), y: Number(responses), series, panel: size }] : [];
		});
		return {
			[name]: {
				...{ title, kind: 'lines', points },
				x: { title: 'parallel deliveries' },
				y: { title: 'responses per second' },
				panels: [...new Set(points.map(({ panel }) => panel ?? ''))],
			},
		};
	};

const items: Plotter = (table) => ({
	items: {
		...{ title: '1,000 items over 50 ms', kind: 'bars', x: { title: '' } },
		y: { title: 'items per second' },
		points: table.rows.map((row) => ({
			x: 0,
			series: row[0],
			y: Number(row[column(table, 'items/s')]),
		})),
	},
});

/** Time and memory by the number of items or transfers, on logarithmic axes: a straight line is a power. */
const growth =
	(name: string, title: string, what: string): Plotter =>
	(table) => {
		const panels = ['seconds', 'memory, MiB'];
		return {
			[name]: {
				...{ title, kind: 'lines', panels },
				x: { title: what, isLogarithmic: true },
				y: { title: '', isLogarithmic: true },
				points: panels.flatMap((panel) =>
					table.rows
						.map((row) => ({
							...{ x: Number(row[0]), series: '', panel },
							y: Number(row[column(table, panel)]),
						}))
						.filter(({ x, y }) => x > 0 && y > 0),
				),
			},
		};
	};

const SOAK = {
	resident: 'resident memory after a garbage collection, MiB',
	heap: 'JavaScript heap after it, MiB',
	descriptors: 'open file descriptors',
	storage: 'n8n’s binary storage, MiB',
	database: 'n8n’s database, MiB',
	staticData: 'static data of all workflows, kB',
} as const;

function soak(): Record<string, Plot> {
	const file = join(FOLDER, 'soak.json');
	if (!existsSync(file)) return {};
	const { samples, minutes } = JSON.parse(readFileSync(file, 'utf8')) as SoakResult;
	const keys = Object.keys(SOAK) as Array<keyof typeof SOAK>;
	return {
		soak: {
			...{ title: `Soak test, ${minutes} minutes`, kind: 'lines' },
			...{ x: { title: 'minutes' }, y: { title: '' } },
			panels: Object.values(SOAK),
			points: keys.flatMap((key) =>
				samples
					.filter(({ minute }) => minute <= minutes)
					.map((sample) => ({ x: sample.minute, y: sample[key], series: '', panel: SOAK[key] })),
			),
		},
	};
}

const PLOTTERS: Readonly<Record<string, Plotter>> = {
	upload: transfer('Upload'),
	download: transfer('Download'),
	parts: parallel('parts', 'Upload in parts over a slow connection', 'parallel parts'),
	ranges: parallel('ranges', 'Download in ranges over a slow connection', 'parallel ranges'),
	items,
	growthOfItems: growth('growth-items', 'Growth with the number of items', 'items'),
	growthOfTransfers: growth('growth-transfers', 'Growth with the transfers', 'parallel transfers'),
	trigger: deliveries('trigger', 'Signed deliveries'),
	triggerLazy: deliveries('trigger-lazy', 'Signed deliveries, isolates created on demand'),
	triggerQueue: deliveries('trigger-queue', 'Signed deliveries in queue mode'),
	soak,
};

/** Returns the plots of a case with their file names; none if its table is from an older form of the case. */
function plotsOf(name: string, table: ResultTable): Array<[file: string, plot: Plot]> {
	if (!Object.hasOwn(PLOTTERS, name)) return [];
	return Object.entries(PLOTTERS[name](table))
		.filter(([, { points }]) => points.length > 0 && points.every(({ y }) => Number.isFinite(y)))
		.map(([file, plot]) => [file.toLowerCase(), plot]);
}

/** Writes the plots of a case as SVG, light and dark; returns the Markdown that shows them. */
export async function writePlots(name: string, table: ResultTable): Promise<string> {
	const pictures: string[] = [];
	for (const [file, plot] of plotsOf(name, table)) {
		mkdirSync(FOLDER, { recursive: true });
		for (const theme of THEMES) {
			writeFileSync(join(FOLDER, `${file}.${theme}.svg`), `${await drawPlot(plot, theme)}\n`);
		}
		pictures.push(
			`<picture><source media="(prefers-color-scheme: dark)" srcset="plots/${file}.dark.svg"><img alt="${plot.title}" src="plots/${file}.light.svg"></picture>`,
		);
	}
	return pictures.join('\n\n');
}
