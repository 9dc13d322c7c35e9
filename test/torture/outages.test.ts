import { randomBytes } from 'node:crypto';

import { binaryData, bytesOf, outputOf } from '../support/engine';
import { OutageProxy, RATE } from '../support/outageProxy';
import { Sandbox } from '../support/sandbox';
import type { Downtime } from '../support/tcpProxy';
import { itemOf, sha256Of, type TortureFile } from './files';
import { isFull } from './scale';
import { type Kept, SERVICES_UNDER_TEST, type ServiceUnderTest } from './services';
import { shortened } from '../support/waits';

const MIB = 1024 * 1024;

/** Default of Parts at Once. */
const PARTS_AT_ONCE = 4;

jest.setTimeout(isFull ? 600_000 : 120_000);

/** What a node sends or receives, and how much of it. */
interface Transfer {
	proxy: OutageProxy;
	direction: 'sent' | 'received';
	/** Bytes of the file. */
	size: number;
}

type Fault = [name: string, plan: (transfer: Transfer) => void];

const down =
	(how: Downtime, seconds: number, share: number) =>
	({ proxy, direction, size }: Transfer) =>
		proxy.after(direction, size * share, () => proxy.outage(how, shortened(seconds)));

const KINDS: readonly Downtime[] = ['refusing', 'resetting', 'hanging'];
const SECONDS = [1, 10, 60, 300];

/** Each duration once, or with each kind of outage in the complete test. */
const DOWN: Fault[] = SECONDS.flatMap((seconds, index) =>
	(isFull ? KINDS : [KINDS[index % KINDS.length]]).map((how): Fault => [
		`is down for ${seconds} s (${how})`,
		down(how, seconds, 0.75),
	]),
);

const FAULTS: Fault[] = [
	...DOWN,
	[
		'goes down for 30 s three times',
		(transfer) => [0.2, 0.5, 0.8].forEach((share) => down('resetting', 30, share)(transfer)),
	],
	[
		'flaps',
		({ proxy, direction, size }) =>
			proxy.after(direction, size * 0.3, () =>
				proxy.flap(8, 'refusing', shortened(2), shortened(1)),
			),
	],
	[
		'changes its address three times',
		({ proxy, direction, size }) =>
			[0.2, 0.4, 0.6].forEach((share) =>
				proxy.after(direction, size * share, () => proxy.changeAddress()),
			),
	],
];

/** All faults or, in the short form, every third one, beginning with another one for each service. */
const faultsFor = (service: string): Fault[] => {
	const first = Object.keys(SERVICES_UNDER_TEST).indexOf(service);
	return FAULTS.filter((_, number) => isFull || (number + first) % 3 === 0);
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

let proxy: OutageProxy;
let service: ServiceUnderTest;
let count = 0;

/** Puts a connection before the service and returns a new file for it. */
async function begin(name: string, size: number): Promise<TortureFile> {
	proxy = new OutageProxy({}, RATE);
	await proxy.start(Object.values(sandbox.info.services[name].origins));
	service = SERVICES_UNDER_TEST[name]({ sandbox, through: (text) => proxy.through(text) });
	await service.prepare();
	const bytes = randomBytes(size);
	return { name: `outage-${count++}.bin`, bytes, sha256: sha256Of(bytes) };
}
afterEach(async () => await proxy.stop());

/** The copies of a file at the service. */
const copiesOf = async ({ name }: TortureFile): Promise<Kept[]> =>
	(await service.kept()).filter((kept) => kept.name === name);

describe.each(UPLOADS)('an upload in parts to %s', (name, size, partSize) => {
	it.each(faultsFor(name))(
		'arrives once, and only repeats parts in flight, if the connection %s',
		async (_, plan) => {
			const file = await begin(name, size);
			const input = [await itemOf(file)];
			const before = proxy.sent;
			plan({ proxy, direction: 'sent', size });
			const [{ json }] = outputOf(await service.upload!(input));

			expect(json.error).toBeUndefined();
			expect(proxy.outages).toBeGreaterThan(0);
			expect((await copiesOf(file)).map(({ sha256 }) => sha256)).toEqual([file.sha256]);
			const inFlight = proxy.outages * PARTS_AT_ONCE * partSize;
			expect(proxy.sent - before).toBeLessThanOrEqual(1.05 * size + inFlight);
		},
	);
});

describe.each(DOWNLOADS)('a download from %s', (name, size) => {
	it.each(faultsFor(name))(
		'is complete, and continues where it broke, if the connection %s',
		async (_, plan) => {
			const file = await begin(name, size);
			if (service.upload) {
				// In one request, because a hundred parts would take longer than the test.
				const options = { thresholdMb: 1000 };
				const [{ json }] = outputOf(await service.upload([await itemOf(file)], options));
				expect(json.error).toBeUndefined();
			} else await service.bring!([file]);
			const [{ reference }] = await copiesOf(file);
			const before = proxy.received;
			plan({ proxy, direction: 'received', size });
			const [{ json, binary }] = outputOf(await service.download([{ json: reference }]));

			expect(json.error).toBeUndefined();
			expect(proxy.outages).toBeGreaterThan(0);
			expect(json).toMatchObject({ size, sha256: file.sha256 });
			expect(sha256Of(await bytesOf(binary!.data))).toBe(file.sha256);
			// Whatever the operating systems have buffered when a connection is reset is lost.
			const inFlight = proxy.outages * 3 * MIB;
			expect(proxy.received - before).toBeLessThanOrEqual(1.05 * size + inFlight);
		},
	);
});
