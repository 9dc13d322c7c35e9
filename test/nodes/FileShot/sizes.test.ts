import { outputOf, runNode } from '../../support/engine';
import { fileShotNode, fileShotUpload } from '../../support/fileShot';
import { byId } from '../../support/locators';
import { useServiceProxy } from '../../support/serviceProxy';
import { useSandbox } from '../../support/useSandbox';
import { sha256At, type Sized, sizesAround, describeSizes } from '../../support/sizes';

const MIB = 1024 * 1024;
const [THRESHOLD, PART] = [MIB, 2 * MIB];
const sandbox = useSandbox();
const proxy = useServiceProxy(sandbox, 'fileShot');

beforeAll(async () => {
	await settings({ tier: 'professional', download: 'stream' });
});

const settings = async (values: object) =>
	await sandbox.control.patch('/services/fileShot/settings', values);
const own = () => sandbox.info.services.fileShot.credentials;
const over = () => ({ credentials: { baseUrl: proxy.through(own().baseUrl) } });

const sizes = sizesAround(THRESHOLD, PART);
/** The desktop clients send every file in parts. */
const always = sizes.map(([size, parts]): Sized => [size, parts.length > 0 ? parts : [size]]);

describe.each([
	['documented', sizes],
	['desktop', always],
])('to a server with the %s API', (uploadStyle, sized) => {
	beforeAll(async () => void (await settings({ dialect: uploadStyle })));

	describeSizes(sized, proxy, {
		whole: /^POST .*\/files\/upload$/,
		part: /^POST .*\/upload-chunk\//,
		upload: async (input) => {
			const options = { thresholdMb: THRESHOLD / MIB, partSizeMb: PART / MIB, uploadStyle };
			return outputOf(await fileShotUpload(sandbox, input, { options }, over()))[0].json;
		},
		held: async ({ fileId }) => {
			const { baseUrl, apiKey } = own();
			const url = `${baseUrl}/api/files/download/${String(fileId)}`;
			return await sha256At(url, { Authorization: `Bearer ${apiKey}` });
		},
		download: async ({ fileId }) => {
			const parameters = { operation: 'download', fileId: byId(fileId) };
			return await runNode(fileShotNode(sandbox, parameters, over()));
		},
	});
});
