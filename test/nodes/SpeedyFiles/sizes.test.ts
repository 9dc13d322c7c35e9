import type { IDataObject } from 'n8n-workflow';

import { outputOf, runNode } from '../../support/engine';
import { byId } from '../../support/locators';
import { useServiceProxy } from '../../support/serviceProxy';
import { useSandbox } from '../../support/useSandbox';
import { SIZES, type Sized, describeSizes } from '../../support/sizes';
import { speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
let packageId: string;
const proxy = useServiceProxy(sandbox, 'speedyFiles');

beforeEach(async () => void (packageId = await user.create()));

const through = async (parameters: IDataObject, input?: object) => {
	const baseUrl = proxy.through(user.credentials.baseUrl);
	return await runNode(speedyFilesNode({ ...user.credentials, baseUrl }, parameters, input));
};

describeSizes(
	SIZES.map((size): Sized => [size, []]),
	proxy,
	{
		whole: /^POST .*\/files$/,
		upload: async (input) => {
			const parameters = {
				resource: 'package',
				operation: 'uploadFile',
				packageId: byId(packageId),
			};
			const [{ json }] = outputOf(await through(parameters, { input }));
			return (json.files as IDataObject[])[0];
		},
		held: async () => {
			const [file] = (await user.look(packageId)).files as IDataObject[];
			return String(file.sha256);
		},
		download: async ({ fileId }) => {
			const { link: magicLink } = await user.json('package.finalize', { packageId: byId(packageId) });
			const chosen = {
				scope: 'one',
				fileId: byId(fileId),
				magicLink: proxy.through(String(magicLink)),
			};
			return await through({ resource: 'file', operation: 'download', ...chosen });
		},
	},
);
