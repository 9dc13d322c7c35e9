import { Clock } from '../../sandbox/core/clock.mts';
import { eventually } from './support.mts';

let clock: Clock;
beforeEach(() => (clock = new Clock({ speed: 0 })));
afterEach(() => clock.close());

const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

test('only moves when it is advanced if its speed is 0', async () => {
	const before = clock.now().getTime();
	await clock.advance(3600);
	expect(clock.now().getTime() - before).toBe(3_600_000);
});

test('runs timers in order, each at its own time', async () => {
	const start = clock.now().getTime();
	const seen: number[] = [];
	for (const seconds of [30, 10, 20]) {
		clock.at(inSeconds(seconds), () => void seen.push(clock.now().getTime() - start));
	}
	await clock.advance(25);
	expect(seen).toEqual([10_000, 20_000]);
	await clock.advance(5);
	expect(seen).toEqual([10_000, 20_000, 30_000]);
});

test('also runs a timer that another timer schedules within the advance', async () => {
	const seen: string[] = [];
	clock.at(inSeconds(10), async () => {
		await Promise.resolve();
		seen.push('first');
		clock.at(inSeconds(10), () => void seen.push('second'));
	});
	await clock.advance(20);
	expect(seen).toEqual(['first', 'second']);
});

test('runs an overdue timer immediately', async () => {
	let rung = false;
	clock.at(inSeconds(-5), () => void (rung = true));
	await eventually(() => rung || undefined);
});

test('does not run a cancelled timer', async () => {
	let rung = false;
	const callOff = clock.at(inSeconds(10), () => void (rung = true));
	callOff();
	await clock.advance(60);
	expect(rung).toBe(false);
});

test('runs timers sooner at a higher speed', async () => {
	let rung = false;
	clock.at(inSeconds(60), () => void (rung = true));
	const started = Date.now();
	clock.setSpeed(1000);
	await eventually(() => rung || undefined);
	expect(Date.now() - started).toBeLessThan(30_000);
});

test('does not run a timer early if its delay exceeds the limit of setTimeout', async () => {
	let rung = false;
	clock.setSpeed(1);
	clock.at(inSeconds(400 * 86_400), () => void (rung = true));
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(rung).toBe(false);
});

test('keeps running after a timer has failed', async () => {
	const lines: string[] = [];
	const logging = new Clock({ speed: 0, log: (line) => lines.push(line) });
	logging.at(logging.now(), () => Promise.reject(new Error('no disk')));
	await logging.advance(1);
	expect(lines).toEqual(['A timer of the sandbox failed: no disk']);
	logging.close();
});

test('does not deadlock if a timer advances the clock itself', async () => {
	const seen: string[] = [];
	clock.at(inSeconds(10), async () => {
		await clock.advance(100);
		seen.push('advanced');
	});
	await clock.advance(20);
	expect(seen).toEqual(['advanced']);
});
