/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';

import { binaryData, bytesOf, outputOf } from '../support/engine';
import { Sandbox } from '../support/sandbox';
import { SeededRandom } from './seededRandom';
import { FaultyProxy } from './faultyProxy';
import { randomFiles, itemOf, sha256Of, type TortureFile } from './files';
import { isFull, scaled, seed } from './scale';
import { type Kept, SERVICES_UNDER_TEST, type ServiceUnderTest } from './services';

/** Number of files per service: 1,000 uploads (four services) and 1,000 downloads (five) in total. */
const UPLOADS = scaled(250, 10);
const DOWNLOADS = scaled(200, 8);
/** Number of files that a recipient uploads to a service without uploads in its API. */
const FILES_BROUGHT = 10;
/** Fraction of requests with a fault. */
const FAULT_RATE = 0.15;
/** Items per execution. */
const AT_ONCE = 25;
/** Maximum number of runs of a failed item, as its user would retry it. */
const ROUNDS = 12;

/** Phrases of an error after which the file may have been uploaded. */
const IN_DOUBT = /may have succeeded|may still appear|may have completed|All parts/;

jest.setTimeout(isFull ? 1_800_000 : 300_000);

let sandbox: Sandbox;
/** Number of requests with a fault, for all services. */
let faults = 0;
beforeAll(async () => {
	await binaryData();
	sandbox = await new Sandbox().start();
});
afterAll(async () => await sandbox.stop());

/** Runs items and retries the failed ones; reports each failure. */
async function untilAllSucceed<T extends { item: INodeExecutionData }>(
	wanted: readonly T[],
	run: (input: INodeExecutionData[]) => Promise<IRun>,
	succeeded: (one: T, output: INodeExecutionData) => Promise<void> | void,
	failed: (one: T, error: IDataObject) => void,
): Promise<void> {
	let left = [...wanted];
	for (let round = 0; left.length > 0; round++) {
		if (round === ROUNDS) throw new Error(`${left.length} fail again and again`);
		const again: T[] = [];
		for (let start = 0; start < left.length; start += AT_ONCE) {
			const batch = left.slice(start, start + AT_ONCE);
			const outputs = outputOf(await run(batch.map(({ item }) => item)));
			expect(outputs.map(({ pairedItem }) => pairedItem)).toEqual(
				batch.map((_, item) => ({ item })),
			);
			for (const [index, output] of outputs.entries()) {
				if (output.json.error === undefined) await succeeded(batch[index], output);
				else {
					failed(batch[index], output.json);
					again.push(batch[index]);
				}
			}
		}
		left = again;
	}
}

/** Returns the SHA-256 in the output of an upload: of the file, or of the only one of several. */
const hashIn = ({ sha256, files }: IDataObject) =>
	sha256 ?? (files as IDataObject[] | undefined)?.[0].sha256;

/** Uploads all files, compares them with the service's data and returns that data. */
async function uploadAll(
	upload: NonNullable<ServiceUnderTest['upload']>,
	service: ServiceUnderTest,
	files: readonly TortureFile[],
	tally: Tally,
): Promise<Kept[]> {
	const doubts = new Map<string, number>();
	const said = new Map<string, string[]>();
	const wanted = await Promise.all(files.map(async (file) => ({ file, item: await itemOf(file) })));
	tally.proxy.faultRate = FAULT_RATE;
	await untilAllSucceed(
		wanted,
		upload,
		({ file }, { json }) => {
			if (hashIn(json) !== file.sha256) tally.damaged.push(`${file.name} in the output`);
		},
		({ file: { name } }, error) => {
			const text = tally.failed(error);
			said.set(name, [...(said.get(name) ?? []), text]);
			if (IN_DOUBT.test(text)) doubts.set(name, (doubts.get(name) ?? 0) + 1);
		},
	);
	tally.proxy.faultRate = 0;
	const kept = await service.kept();
	for (const { name, sha256 } of files) {
		const copies = kept.filter((one) => one.name === name);
		if (copies.length === 0) tally.lost.push(name);
		if (copies.some((one) => one.sha256 !== sha256)) tally.damaged.push(name);
		// A second copy may only come from a failed upload whose error said that the file may have arrived.
		const more = Math.max(0, copies.length - 1);
		tally.duplicates += more;
		if (more > (doubts.get(name) ?? 0)) {
			const failures = (said.get(name) ?? ['no failure']).join('; ');
			tally.unexplained.push(`${name} × ${copies.length} after ${failures}`);
		}
	}
	return kept;
}

/** Downloads the existing files repeatedly, up to this number, and compares each with the original. */
async function downloadAll(
	service: ServiceUnderTest,
	kept: readonly Kept[],
	count: number,
	tally: Tally,
): Promise<void> {
	const wanted = Array.from({ length: count }, (_, n) => {
		const one = kept[n % kept.length];
		return { ...one, item: { json: one.reference } };
	});
	tally.proxy.faultRate = FAULT_RATE;
	await untilAllSucceed(
		wanted,
		async (input) => await service.download(input),
		async ({ name, sha256 }, { json, binary }) => {
			const arrived = sha256Of(await bytesOf(binary!.data));
			if (arrived !== sha256 || json.sha256 !== sha256) tally.damaged.push(name);
		},
		(_, error) => void tally.failed(error),
	);
	tally.proxy.faultRate = 0;
}

/** Counts the results. */
class Tally {
	readonly lost: string[] = [];
	readonly damaged: string[] = [];
	readonly unexplained: string[] = [];
	duplicates = 0;
	/** The number of errors by message, without the numbers in it. */
	readonly errors: Record<string, number> = {};

	constructor(readonly proxy: FaultyProxy) {}

	/** @returns the complete text of the error */
	failed({ error, message }: IDataObject): string {
		const kind = String(error).replace(/[0-9]+/g, '…');
		this.errors[kind] = (this.errors[kind] ?? 0) + 1;
		return `${String(error)} ${String(message)}`;
	}

	toString(): string {
		const { faults } = this.proxy;
		return JSON.stringify({ faults, failures: this.errors, duplicates: this.duplicates }, null, 1);
	}
}

it.each(Object.keys(SERVICES_UNDER_TEST))(
	'%s: loses and damages nothing over an unreliable connection',
	async (name) => {
		const random = new SeededRandom(seed);
		const proxy = new FaultyProxy(new SeededRandom(seed + 1));
		await proxy.start(Object.values(sandbox.info.services[name].origins));
		const tally = new Tally(proxy);
		const service = SERVICES_UNDER_TEST[name]({ sandbox, through: (text) => proxy.through(text) });
		try {
			await service.prepare();
			const files = randomFiles(random, service.upload ? UPLOADS : FILES_BROUGHT, service.largest);
			await service.bring?.(files);
			const kept = service.upload
				? await uploadAll(service.upload, service, files, tally)
				: await service.kept();
			await downloadAll(service, kept, DOWNLOADS, tally);
		} finally {
			// Set TORTURE_SEED to repeat this run.
			process.stdout.write(`${name}, seed ${seed}: ${String(tally)}\n`);
			await proxy.stop();
		}
		const { lost, damaged, unexplained } = tally;
		expect({ lost, damaged, unexplained }).toEqual({ lost: [], damaged: [], unexplained: [] });
		faults += Object.values(proxy.faults).reduce((sum, count) => sum + count, 0);
	},
);

it('the connection had faults, without which the test would prove nothing', () => {
	expect(faults).toBeGreaterThan(0);
});
