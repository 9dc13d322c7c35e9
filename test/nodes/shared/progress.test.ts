import type { TransferContext } from '../../../nodes/shared/http/service';
import { ProgressLog } from '../../../nodes/shared/files/streams';

const MIB = 1024 * 1024;
let said: string[];
const context = (more: object = {}) =>
	({ logger: { info: (line: string) => said.push(line) }, ...more }) as unknown as TransferContext;

beforeEach(() => {
	said = [];
	jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

const after = (seconds: number) => jest.advanceTimersByTime(seconds * 1000);

it('logs nothing for a short transfer', () => {
	const progress = new ProgressLog(context(), 'Uploading “a.bin”', 10 * MIB);
	progress.advance(5 * MIB);
	after(9);
	progress.advance(5 * MIB);
	expect(said).toEqual([]);
});

it('logs the progress of a long transfer every ten seconds', () => {
	const progress = new ProgressLog(context(), 'Uploading “a.bin”', 40 * MIB);
	for (let second = 0; second < 25; second++) {
		after(1);
		progress.advance(MIB);
	}
	expect(said).toEqual([
		'Uploading “a.bin”: 10 of 40 MiB (25 %)',
		'Uploading “a.bin”: 20 of 40 MiB (50 %)',
	]);
});

it('also sends it to the browser in a manual execution, and omits the percentage if the size is unknown', () => {
	const shown: string[] = [];
	const sendMessageToUI = (line: string) => void shown.push(line);
	const progress = new ProgressLog(context({ sendMessageToUI }), 'Downloading “a.bin”');
	after(10);
	progress.advance(3 * MIB);
	expect(shown).toEqual(['Downloading “a.bin”: 3 MiB']);
	expect(said).toEqual(shown);
});

it('logs that a transfer waits, at most every ten seconds together with its progress', () => {
	const progress = new ProgressLog(context(), 'Uploading “a.bin”', 40 * MIB);
	progress.waiting('0 of 8 parts done');
	after(10);
	progress.waiting('1 of 8 parts done');
	after(9);
	progress.waiting('1 of 8 parts done');
	progress.advance(MIB);
	after(1);
	progress.advance(9 * MIB);
	expect(said).toEqual([
		'Uploading “a.bin”: waiting for the connection, 1 of 8 parts done',
		'Uploading “a.bin”: 10 of 40 MiB (25 %)',
	]);
});
