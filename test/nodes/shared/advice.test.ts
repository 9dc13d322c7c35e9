/**
 * Every operation of every node, with every status that has advice: an error only names fields that n8n shows, and a 404
 * only speaks of a missing file if the request names one.
 */
import { namesFor, unknownNamesIn } from '../../support/advice';
import { errorIn, everyResponse, isOptional, OPERATIONS } from '../../support/everyResponse';
import { nodeOf } from '../../support/engine';

const { server, runWith, eachCall } = everyResponse();

const STATUSES = [200, 400, 401, 403, 404, 409, 410, 413, 429, 503];

/** Cases that show other fields or send other requests; the others only differ in values. */
const VARIANT = /"(source|output|scope|base64Decode|allItemsInOnePackage)"|"thresholdMb":0\}\}$/;
const isVariant = ({ name }: { name: string }) => !name.includes('{') || VARIANT.test(name);

/** Requests that name nothing that could be missing: after a 404, only the address can be wrong. */
const ALWAYS_THERE = new RegExp(
	[
		'POST /api/ext/sessions',
		'GET /api/files',
		'POST /api/files/(init-|pre-)?upload',
		'GET /api/v2/(files|sync)',
		// After a 404 to a chunk, the upload is started again.
		'POST /api/v2/(upload|chunks|chunks/init)',
		'POST /api/store/S3',
		'POST /multipart/start',
		'POST /process',
		'GET .*/text_sentiment=.*',
		'(GET|POST) /api/v1/(packages|me/tokens)',
		'GET /api/v1/(me|health)',
	]
		.map((request) => `^${request}$`)
		.join('|'),
);

it.each(OPERATIONS)('advice in errors of %s', async (_, cases) => {
	const found: string[] = [];
	const misleading: string[] = [];
	await eachCall(cases.filter(isVariant), async ({ one, from, request }) => {
		if (isOptional(one, request)) return;
		const names = namesFor(nodeOf(one.Node), new one.Credential(), one.parameters(server.url));
		for (const status of STATUSES) {
			const body = { error: { message: 'no', msg: 'no' }, result: 'error', detail: 'no' };
			const error = errorIn(await runWith(one, from, () => ({ status, body })));
			const said = `${error?.message} ${error?.description}`;
			for (const name of unknownNamesIn(said, names)) found.push(`${status}: ${name}: ${said}`);
			if (status !== 404) continue;
			const sent = `${request.method} ${request.path.split('?')[0]}`;
			const namesAddress = /Check the address in the .* credential/.test(said);
			if (namesAddress !== ALWAYS_THERE.test(sent)) misleading.push(`${sent}: ${said}`);
		}
	});
	// Fields that n8n does not show.
	expect(found).toEqual([]);
	expect(misleading).toEqual([]);
});

describe('unknownNamesIn', () => {
	const names = { shown: new Set(['Cache']), all: new Set(['Cache', 'Stall Timeout (Seconds)']) };

	it.each([
		['Turn off “Cache” under Options.', []],
		['Increase Stall Timeout (Seconds).', ['Stall Timeout (Seconds)']],
		['Increase “Patience” under Options.', ['Patience']],
	])('%s', (text, expected) => {
		expect(unknownNamesIn(text, names)).toEqual(expected);
	});
});
