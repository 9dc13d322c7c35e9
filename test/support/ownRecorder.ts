import { Recorder } from './filestack';

/** For a file of tests: a recorder that has seen nothing before each, and answers with this. */
export function ownRecorder(body: object = {}): Recorder {
	const recorder = new Recorder();
	beforeAll(async () => await recorder.start());
	afterAll(async () => await recorder.stop());
	beforeEach(() => {
		recorder.seen.length = 0;
		recorder.answer = () => ({ body });
	});
	return recorder;
}
