import { randomBytes } from 'node:crypto';

import { shortened } from '../support/shortenedWaits';
import { binaryData, bytesOf, outputOf } from '../support/engine';
import { LineWithOutages } from '../support/lineWithOutages';
import { Sandbox } from '../support/sandbox';
import type { Downtime } from '../support/tcpProxy';
import { itemOf, sha256Of, type TortureFile } from './files';
import { isFull } from './scale';
import { type Kept, TORTURED, type Tortured } from './services';

const MIB = 1024 * 1024;

/** Default of Parts at Once. */
const PARTS_AT_ONCE = 4;

jest.setTimeout(isFull ? 600_000 : 120_000);

/** What a node sends or receives, and how much of it. */
interface Transfer {
	line: LineWithOutages;
	direction: 'sent' | 'received';
	/** Bytes of the file. */
	size: number;
}

type Trouble = [name: string, plan: (transfer: Transfer) => void];

const down =
	(how: Downtime, seconds: number, share: number) =>
	({ line, direction, size }: Transfer) =>
		line.after(direction, size * share, () => line.outage(how, shortened(seconds)));

const KINDS: readonly Downtime[] = ['refusing', 'resetting', 'hanging'];
const SECONDS = [1, 10, 60, 300];

/** Each duration once, or with each kind of outage in the complete test. */
const DOWN: Trouble[] = SECONDS.flatMap((seconds, index) =>
	(isFull ? KINDS : [KINDS[index % KINDS.length]]).map((how): Trouble => [
		`is down for ${seconds} s (${how})`,
		down(how, seconds, 0.75),
	]),
);

const TROUBLES: Trouble[] = [
	...DOWN,
	[
		'goes down for 30 s three times',
		(transfer) => [0.2, 0.5, 0.8].forEach((share) => down('resetting', 30, share)(transfer)),
	],
	[
		'flaps',
		({ line, direction, size }) =>
			line.after(direction, size * 0.3, () => line.flap(8, 'refusing', shortened(2), shortened(1))),
	],
	[
		'changes its address three times',
		({ line, direction, size }) =>
			[0.2, 0.4, 0.6].forEach((share) =>
				line.after(direction, size * share, () => line.changeAddress()),
			),
	],
];

/** All troubles or, in the short form, every third one, beginning with another one for each service. */
const troublesOf = (service: string): Trouble[] => {
	const first = Object.keys(TORTURED).indexOf(service);
	return TROUBLES.filter((_, number) => isFull || (number + first) % 3 === 0);
};

/** File sizes and part sizes in bytes. Filestack's parts have at least 5 MiB. */
const UPLOADS: Array<[service: string, size: number, partSize: number]> = [
	['filesApp', 3 * MIB + 17, MIB / 16],
	['fileShot', 3 * MIB + 17, MIB / 16],
	['filestack', 21 * MIB + 17, 5 * MIB],
];

const DOWNLOADS: Array<[service: string, size: number]> = [
	['filesApp', 8 * MIB + 17],
	['fileShot', 8 * MIB + 17],
	['filestack', 8 * MIB + 17],
	['speedyFiles', 8 * MIB + 17],
	['fileCourier', 8 * MIB + 17],
];

let sandbox: Sandbox;
beforeAll(async () => {
	await binaryData();
	sandbox = await new Sandbox().start();
});
afterAll(async () => await sandbox.stop());

let line: LineWithOutages;
let service: Tortured;
let count = 0;

/** Puts a connection before the service and returns a new file for it. */
async function begin(name: string, size: number): Promise<TortureFile> {
	line = new LineWithOutages();
	await line.start(Object.values(sandbox.info.services[name].origins));
	service = TORTURED[name]({ sandbox, through: (text) => line.through(text) });
	await service.prepare();
	const bytes = randomBytes(size);
	return { name: `outage-${count++}.bin`, bytes, sha256: sha256Of(bytes) };
}
afterEach(async () => await line.stop());

/** The copies of a file at the service. */
const copiesOf = async ({ name }: TortureFile): Promise<Kept[]> =>
	(await service.kept()).filter((kept) => kept.name === name);

describe.each(UPLOADS)('an upload in parts to %s', (name, size, partSize) => {
	it.each(troublesOf(name))(
		'arrives once, and only repeats parts in flight, if the connection %s',
		async (_, plan) => {
			const file = await begin(name, size);
			const input = [await itemOf(file)];
			const before = line.sent;
			plan({ line, direction: 'sent', size });
			const [{ json }] = outputOf(await service.upload!(input));

			expect(json.error).toBeUndefined();
			expect(line.outages).toBeGreaterThan(0);
			expect((await copiesOf(file)).map(({ sha256 }) => sha256)).toEqual([file.sha256]);
			const inFlight = line.outages * PARTS_AT_ONCE * partSize;
			expect(line.sent - before).toBeLessThanOrEqual(1.05 * size + inFlight);
		},
	);
});

describe.each(DOWNLOADS)('a download from %s', (name, size) => {
	it.each(troublesOf(name))(
		'is complete, and continues where it broke, if the connection %s',
		async (_, plan) => {
			const file = await begin(name, size);
			if (service.upload) outputOf(await service.upload([await itemOf(file)]));
			else await service.bring!([file]);
			const [{ reference }] = await copiesOf(file);
			const before = line.received;
			plan({ line, direction: 'received', size });
			const [{ json, binary }] = outputOf(await service.download([{ json: reference }]));

			expect(json.error).toBeUndefined();
			expect(line.outages).toBeGreaterThan(0);
			expect(json).toMatchObject({ size, sha256: file.sha256 });
			expect(sha256Of(await bytesOf(binary!.data))).toBe(file.sha256);
			// Whatever the operating systems have buffered when a connection is reset is lost.
			const inFlight = line.outages * 3 * MIB;
			expect(line.received - before).toBeLessThanOrEqual(1.05 * size + inFlight);
		},
	);
});
