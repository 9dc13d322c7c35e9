import axios from 'axios';

import { outputOf } from '../../support/engine';
import { credentialsOf, filestack } from '../../support/filestack';
import { Line } from '../../support/line';
import { ownSandbox } from '../../support/ownSandbox';
import { sha256Of, sizesAround, testSizes } from '../../support/sizes';

const MIB = 1024 * 1024;
/** S3 takes no smaller parts but the last. */
const [THRESHOLD, PART] = [MIB, 5 * MIB];
const sandbox = ownSandbox();
const line = new Line();

beforeAll(async () => {
	const { origins } = sandbox.info.services.filestack;
	await line.start(Object.values(origins));
	await sandbox.control.patch('/services/filestack/settings', { security: 'off' });
});
afterAll(async () => {
	await line.stop();
});

const over = () => {
	const credentials = credentialsOf(sandbox);
	return JSON.parse(line.through(JSON.stringify(credentials))) as typeof credentials;
};

testSizes(sizesAround(THRESHOLD, PART), line, {
	whole: /^POST \/api\/store\/S3$/,
	part: /^PUT /,
	upload: async (input) => {
		const options = { thresholdMb: THRESHOLD / MIB, partSizeMb: PART / MIB };
		return outputOf(await filestack(over(), 'file', 'store', { options }, { input }))[0].json;
	},
	held: async ({ handle }) => {
		const { baseUrl, apiKey } = credentialsOf(sandbox);
		const url = `${baseUrl}/api/file/${String(handle)}?key=${apiKey}`;
		return sha256Of((await axios.get<Buffer>(url, { responseType: 'arraybuffer' })).data);
	},
	download: async ({ handle }) =>
		await filestack(over(), 'file', 'download', { file: String(handle) }),
});
