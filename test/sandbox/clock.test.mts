import { Clock } from '../../sandbox/core/clock.mts';
import { eventually } from './support.mts';

let clock: Clock;
beforeEach(() => (clock = new Clock({ speed: 0 })));
afterEach(() => clock.close());

const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

test('held still, it moves by what it is advanced by and no more', async () => {
	const before = clock.now().getTime();
	await clock.advance(3600);
	expect(clock.now().getTime() - before).toBe(3_600_000);
});

test('timers go off in their order, each at its own time', async () => {
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

test('a timer that plans another one within the advance: that goes off too', async () => {
	const seen: string[] = [];
	clock.at(inSeconds(10), async () => {
		await Promise.resolve();
		seen.push('first');
		clock.at(inSeconds(10), () => void seen.push('second'));
	});
	await clock.advance(20);
	expect(seen).toEqual(['first', 'second']);
});

test('what is due already goes off at once, without an advance', async () => {
	let rung = false;
	clock.at(inSeconds(-5), () => void (rung = true));
	await eventually(() => rung || undefined);
});

test('a timer can be called off', async () => {
	let rung = false;
	const callOff = clock.at(inSeconds(10), () => void (rung = true));
	callOff();
	await clock.advance(60);
	expect(rung).toBe(false);
});

test('a faster pace brings timers sooner', async () => {
	let rung = false;
	clock.at(inSeconds(60), () => void (rung = true));
	const begun = Date.now();
	clock.setSpeed(1000);
	await eventually(() => rung || undefined);
	expect(Date.now() - begun).toBeLessThan(1000);
});

test('a timer further away than setTimeout can count does not go off early', async () => {
	let rung = false;
	clock.setSpeed(1);
	clock.at(inSeconds(400 * 86_400), () => void (rung = true));
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(rung).toBe(false);
});

test('a timer that fails does not take the clock along', async () => {
	const lines: string[] = [];
	const logging = new Clock({ speed: 0, log: (line) => lines.push(line) });
	logging.at(logging.now(), () => Promise.reject(new Error('no disk')));
	await logging.advance(1);
	expect(lines).toEqual(['A timer of the sandbox failed: no disk']);
	logging.close();
});

test('an advance from within what it waits for does not lock up', async () => {
	const seen: string[] = [];
	clock.at(inSeconds(10), async () => {
		await clock.advance(100);
		seen.push('advanced');
	});
	await clock.advance(20);
	expect(seen).toEqual(['advanced']);
});
