import { removeLargeFiles } from '../environment.mts';
import { atLeast, atMost, type Bench, type Findings, GIB, MIB, type Threshold } from '../case.mts';
import { makeFile, nameOf } from '../files.mts';
import { takeTurns } from '../rounds.mts';
import { type Measurement, readFile, run } from '../runs.mts';

/** The compared ways of transferring a file: n8n with one of two nodes, or a program (seconds). */
export interface Variants {
	ours(sha256: boolean): Promise<Measurement>;
	peer(): Promise<Measurement>;
	s3(): Promise<Measurement>;
	curl(): Promise<number>;
	/** Undefined if it is not installed. */
	rclone(): Promise<number | undefined>;
	bare(hashing: 'plain' | 'sha256'): Promise<number>;
}

const SIZES = [MIB, 256 * MIB, GIB, 3 * GIB] as const;
const LARGEST = 3 * GIB;
/** Rounds at 1 GiB. */
const ROUNDS = 5;
const CONTENDERS = {
	ours: 'this node, without SHA-256',
	oursHashed: 'this node, with SHA-256',
	peer: 'HTTP Request node',
	s3: 'S3 node',
	bare: 'bare Node stream',
	bareHashed: 'plain Node.js stream, with SHA-256',
	curl: 'curl',
	rclone: 'rclone',
} as const;
type Contender = keyof typeof CONTENDERS;

/** Peak memory in MiB by file size. */
type Peaks = ReadonlyMap<number, number>;
/** MiB per second at 1 GiB; NaN for a program that is not installed. */
type Speeds = Record<Contender, number>;

/** Transfers files of each size in one request to measure the memory, then 1 GiB in every way to measure the speed. */
export async function wholeFile(
	bench: Bench,
	prepare: (file: string) => Promise<Variants>,
): Promise<Findings> {
	const withFile = async <T,>(size: number, work: (ways: Variants) => Promise<T>): Promise<T> => {
		const outcome = await work(await prepare(await makeFile(bench.folder, size)));
		removeLargeFiles(bench.folder);
		return outcome;
	};
	const peaks = async (who: 'ours' | 'peer'): Promise<Peaks> => {
		// Warm up: the first execution loads code that the others reuse.
		await withFile(MIB, async (ways) => await ways[who](true));
		const found = new Map<number, number>();
		for (const size of SIZES) {
			bench.log(`memory of ${CONTENDERS[who === 'ours' ? 'oursHashed' : who]}, ${nameOf(size)}`);
			found.set(size, (await withFile(size, async (ways) => await ways[who](true))).peak);
		}
		return found;
	};
	bench.log('memory of n8n itself');
	const start = (await n8nReads(bench, MIB)).peak;
	const settled = (await n8nReads(bench, 256 * MIB)).peak;
	const ours = await peaks('ours');
	const speeds = await speedsOf(bench, withFile);
	// Runs last, because n8n does not release the memory that it uses.
	const peer = await peaks('peer');
	return {
		method: [
			`Peak: the most memory that the n8n process had in use during an execution that reads the file into n8n’s binary storage (filesystem) and moves it (VmHWM, forgotten before each).`,
			`n8n itself takes memory for its first large file, and keeps it: its own node that reads files from disk had brought n8n from ${start.toFixed(0)} MiB (a file of 1 MiB) to ${settled.toFixed(0)} MiB (one of 256 MiB) before the first figure below.`,
			`Speed: the node’s own time in n8n’s record of the execution, the median of ${ROUNDS} rounds at 1 GiB in which the contenders take turns, every other time in reverse order: what one leaves behind in n8n’s memory the next pays for. The bare Node stream runs on n8n’s Node.js and does the same work outside of n8n.`,
		],
		table: {
			head: ['', ...SIZES.map((size) => `peak, ${nameOf(size)}`), 'MiB/s, 1 GiB', 'ours, × of it'],
			rows: (Object.keys(CONTENDERS) as Contender[]).map((who) => {
				const own = who === 'oursHashed' ? ours : who === 'peer' ? peer : undefined;
				const hashed = who === 'bareHashed' ? speeds.oursHashed : speeds.ours;
				return [
					CONTENDERS[who],
					...SIZES.map((size) => own?.get(size)?.toFixed(0) ?? ''),
					formatFigure(speeds[who], 0),
					who.startsWith('ours') ? '' : formatFigure(hashed / speeds[who], 2),
				];
			}),
		},
		thresholds: targetsOf(ours, speeds),
	};
}

const formatFigure = (figure: number, digits: number) =>
	Number.isNaN(figure) ? 'not installed' : figure.toFixed(digits);

/** Returns the time in which n8n's own node only reads a file into binary storage. */
async function n8nReads(bench: Bench, size: number): Promise<Measurement> {
	const outcome = await run(bench, readFile(await makeFile(bench.folder, size)));
	removeLargeFiles(bench.folder);
	return outcome;
}

async function speedsOf(
	bench: Bench,
	withFile: <T>(size: number, work: (ways: Variants) => Promise<T>) => Promise<T>,
): Promise<Speeds> {
	const ways: Record<Contender, (all: Variants) => Promise<number>> = {
		ours: async (all) => (await all.ours(false)).seconds,
		oursHashed: async (all) => (await all.ours(true)).seconds,
		peer: async (all) => (await all.peer()).seconds,
		s3: async (all) => (await all.s3()).seconds,
		bare: async (all) => await all.bare('plain'),
		bareHashed: async (all) => await all.bare('sha256'),
		curl: async (all) => await all.curl(),
		rclone: async (all) => (await all.rclone()) ?? NaN,
	};
	const turns = (Object.keys(ways) as Contender[]).map(
		(who) => [CONTENDERS[who], async () => await withFile(GIB, ways[who])] as const,
	);
	const seconds = await takeTurns(Object.fromEntries(turns), ROUNDS, (line) => bench.log(line));
	const speeds = (Object.keys(ways) as Contender[]).map((who) => [
		who,
		GIB / MIB / seconds[CONTENDERS[who]],
	]);
	return Object.fromEntries(speeds) as Speeds;
}

function targetsOf(ours: Peaks, speeds: Speeds): Threshold[] {
	const growth = (ours.get(LARGEST) ?? NaN) - (ours.get(MIB) ?? NaN);
	return [
		atMost('memory grows from 1 MiB to 3 GiB by at most 64 MiB', 64, growth, 'MiB'),
		atLeast('at least 3 × the HTTP Request node', 3, speeds.ours / speeds.peer),
		atLeast('at least 3 × the S3 node', 3, speeds.ours / speeds.s3),
		atLeast(
			'with SHA-256 at least 2.5 × the HTTP Request node',
			2.5,
			speeds.oursHashed / speeds.peer,
		),
		atLeast('at least 0.8 of a plain Node.js stream', 0.8, speeds.ours / speeds.bare),
		atLeast(
			'with SHA-256 at least 0.8 of a plain Node.js stream that takes it too',
			0.8,
			speeds.oursHashed / speeds.bareHashed,
		),
	];
}
