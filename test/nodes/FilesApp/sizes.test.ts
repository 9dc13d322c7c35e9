import { outputOf, runNode } from '../../support/engine';
import { filesAppNode, filesAppUpload } from '../../support/filesApp';
import { byId } from '../../support/locators';
import { useServiceProxy } from '../../support/serviceProxy';
import { useSandbox } from '../../support/useSandbox';
import { sha256At, sizesAround, describeSizes } from '../../support/sizes';

const MIB = 1024 * 1024;
const [THRESHOLD, PART] = [MIB, 2 * MIB];
const sandbox = useSandbox();
const proxy = useServiceProxy(sandbox, 'filesApp');

beforeAll(async () => {
	await sandbox.control.patch('/services/filesApp/settings', { plan: 'team', chunkSize: PART });
});

const own = () => sandbox.info.services.filesApp.credentials;
const over = () => ({ credentials: { baseUrl: proxy.through(own().baseUrl) } });

describeSizes(sizesAround(THRESHOLD, PART), proxy, {
	whole: /^POST .*\/upload$/,
	part: /^POST .*\/chunks$/,
	upload: async (input) => {
		const options = { thresholdMb: THRESHOLD / MIB, partSizeMb: PART / MIB };
		return outputOf(await filesAppUpload(sandbox, input, { options }, over()))[0].json;
	},
	held: async ({ fileId }) => {
		const { baseUrl, apiKey } = own();
		const url = `${baseUrl}/files/${String(fileId)}?download=true`;
		return await sha256At(url, { Authorization: `Bearer ${apiKey}` });
	},
	download: async ({ fileId }) => {
		const parameters = { resource: 'file', operation: 'download', fileId: byId(fileId) };
		return await runNode(filesAppNode(sandbox, parameters, over()));
	},
});
