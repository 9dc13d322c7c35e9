import { outputOf } from '../../support/engine';
import { credentialsOf, filestack } from '../../support/filestack';
import { useServiceProxy } from '../../support/serviceProxy';
import { useSandbox } from '../../support/useSandbox';
import { sha256At, sizesAround, describeSizes } from '../../support/sizes';

const MIB = 1024 * 1024;
/** Bytes; 5 MiB is S3's minimum for every part but the last. */
const [THRESHOLD, PART] = [MIB, 5 * MIB];
const sandbox = useSandbox();
const proxy = useServiceProxy(sandbox, 'filestack');

beforeAll(async () => {
	await sandbox.control.patch('/services/filestack/settings', { security: 'off' });
});

const over = () => {
	const credentials = credentialsOf(sandbox);
	return JSON.parse(proxy.through(JSON.stringify(credentials))) as typeof credentials;
};

describeSizes(sizesAround(THRESHOLD, PART), proxy, {
	whole: /^POST \/api\/store\/S3$/,
	part: /^PUT /,
	upload: async (input) => {
		const options = { thresholdMb: THRESHOLD / MIB, partSizeMb: PART / MIB };
		return outputOf(await filestack(over(), 'file', 'store', { options }, { input }))[0].json;
	},
	held: async ({ handle }) => {
		const { baseUrl, apiKey } = credentialsOf(sandbox);
		const url = `${baseUrl}/api/file/${String(handle)}?key=${apiKey}`;
		return await sha256At(url);
	},
	download: async ({ handle }) =>
		await filestack(over(), 'file', 'download', { file: String(handle) }),
});
