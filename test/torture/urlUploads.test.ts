import { binaryData, outputOf } from '../support/engine';
import { hostile } from '../support/downloadFaults';
import { type Behavior, DownloadHost } from '../support/downloadHost';
import { OutageProxy, RATE } from '../support/outageProxy';
import { Sandbox } from '../support/sandbox';
import { storedFiles, storedSince } from '../support/storedFiles';
import { isFull } from './scale';
import { SERVICES_UNDER_TEST } from './services';
import { shortened } from '../support/waits';

const KIB = 1024;
const MIB = 1024 * KIB;

jest.setTimeout(isFull ? 300_000 : 60_000);

/** File sizes in bytes. SpeedyFiles takes a file in one request. */
const SERVICES: Array<[service: string, size: number, inParts: boolean]> = [
	['filesApp', 3 * MIB + 17, true],
	['fileShot', 3 * MIB + 17, true],
	['filestack', 11 * MIB + 17, true],
	['speedyFiles', 3 * MIB + 17, false],
];

/** What goes wrong at the source, and with the connection to the service. */
interface Fault {
	source: () => Behavior;
	outage?: number;
	/** Whether the file may arrive in part of the runs only; it is an error if it is not whole then. */
	mayFail?: boolean;
}

const CUT = 700 * KIB + 1;

const FAULTS: Record<string, Fault> = {
	'nothing goes wrong': { source: () => hostile.honest },
	'the source breaks': { source: () => hostile.breaksOften(CUT) },
	'the source redirects to URLs for one request each, and breaks': {
		source: () => hostile.presigns(CUT),
	},
	'the connection to the service is down for 20 s': { source: () => hostile.honest, outage: 20 },
	'both break': { source: () => hostile.breaksOften(CUT), outage: 20 },
	'the source does not support ranges, and breaks': {
		source: () => hostile.hasNoRanges(CUT),
		mayFail: true,
	},
	'the file changes': { source: () => hostile.changesFile(CUT), mayFail: true },
	'the file changes and keeps its ETag': { source: () => hostile.keepsEtag(CUT), mayFail: true },
	'the file changes and keeps its ETag and its length': {
		source: () => hostile.keepsEtagAndLength(CUT),
		mayFail: true,
	},
	'the source ignores If-Range, and the file changes': {
		source: () => hostile.ignoresCondition(CUT),
		mayFail: true,
	},
	'the source sends another range': { source: () => hostile.sendsOtherRange(CUT), mayFail: true },
};

/** All faults or, in the short form, every third one, beginning with another one for each service. */
const faultsFor = (service: string) => {
	const first = SERVICES.findIndex(([name]) => name === service);
	return Object.entries(FAULTS).filter((_, number) => isFull || (number + first) % 3 === 0);
};

const host = new DownloadHost();
let sandbox: Sandbox;
let proxy: OutageProxy;
beforeAll(async () => {
	await binaryData();
	await host.start();
	sandbox = await new Sandbox().start();
});
afterAll(async () => {
	await sandbox.stop();
	await host.stop();
});
afterEach(async () => await proxy.stop());

let count = 0;

describe.each(SERVICES)('a file passed on from a URL to %s', (name, size, inParts) => {
	it.each(faultsFor(name))(
		'arrives whole or not at all, and is never stored in n8n, if %s',
		async (_, { source, outage, mayFail }) => {
			proxy = new OutageProxy({}, RATE);
			await proxy.start(Object.values(sandbox.info.services[name].origins));
			const service = SERVICES_UNDER_TEST[name]({
				sandbox,
				through: (text) => proxy.through(text),
			});
			await service.prepare();
			host.deliver(size, source());
			const fileName = `passed-${count++}.bin`;
			const before = storedFiles();
			if (outage) {
				proxy.after('sent', size / 2, () => proxy.outage('resetting', shortened(outage)));
			}
			const [{ json }] = outputOf(await service.pass!(`${host.url}/files/${fileName}`));

			expect(await storedSince(before)).toEqual([]);
			const kept = (await service.kept()).filter((file) => file.name === fileName);
			const arrived = kept.map(({ sha256 }) => sha256);
			if (json.error !== undefined) {
				// A request that carries a whole file is not sent again, because the service may have accepted the first one.
				if (!mayFail && (inParts || outage === undefined)) throw new Error(JSON.stringify(json));
				expect(arrived).toEqual([]);
				return;
			}
			expect(arrived).toHaveLength(1);
			expect(host.hashes).toContain(arrived[0]);
			const { sha256 = (json.files as Array<typeof json>)?.[0].sha256 } = json;
			expect(sha256).toBe(arrived[0]);
			expect(proxy.outages).toBe(outage === undefined ? 0 : 1);
		},
	);
});
