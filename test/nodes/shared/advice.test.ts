/** Every operation of every node, with every status that has advice: an error only names fields that n8n shows. */
import { namesFor, unknownNamesIn } from '../../support/advice';
import { errorIn, everyResponse, isOptional, OPERATIONS } from '../../support/everyResponse';
import { nodeOf } from '../../support/engine';

const { server, runWith, eachCall } = everyResponse();

const STATUSES = [200, 400, 401, 403, 404, 409, 410, 413, 429, 503];

/** Cases that show other fields or send other requests; the others only differ in values. */
const VARIANT = /"(source|output|scope|base64Decode|allItemsInOnePackage)"|"thresholdMb":0\}\}$/;
const isVariant = ({ name }: { name: string }) => !name.includes('{') || VARIANT.test(name);

it.each(OPERATIONS)('errors of %s only name fields that n8n shows', async (_, cases) => {
	const found: string[] = [];
	await eachCall(cases.filter(isVariant), async ({ one, from, request }) => {
		if (isOptional(one, request)) return;
		const names = namesFor(nodeOf(one.Node), new one.Credential(), one.parameters(server.url));
		for (const status of STATUSES) {
			const body = { error: { message: 'no', msg: 'no' }, result: 'error', detail: 'no' };
			const error = errorIn(await runWith(one, from, () => ({ status, body })));
			const said = `${error?.message} ${error?.description}`;
			for (const name of unknownNamesIn(said, names)) found.push(`${status}: ${name}: ${said}`);
		}
	});
	expect(found).toEqual([]);
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
