import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { FileCourierTrigger } from '../../nodes/FileCourier/FileCourierTrigger.node';
import { REQUEST, uploadAsRecipient } from '../support/fileCourier';
import { REPORT } from './files';
import type { Account, Seen, ServiceSteps } from './steps';

const REFERENCE = { ...REQUEST, options: { referenceId: 'CUST-12345' } };
const created = ({ last }: Seen) => ({ sessionId: last('session.create').sessionId });

async function deliveriesOf(account: Account, { last }: Seen) {
	const deliver = async (callbackUrl: string) => {
		const create = { does: 'session.create', parameters: { ...REFERENCE, callbackUrl } };
		const [{ link }] = await account.run(new FileCourier(), create, { last });
		await uploadAsRecipient(String(link), [
			{ name: 'id.pdf', type: 'application/pdf', bytes: REPORT.bytes },
		]);
	};
	const parameters = { events: ['files.delivered'] };
	return await account.received(new FileCourierTrigger(), parameters, deliver, 1);
}

export const fileCourier: ServiceSteps = {
	Node: FileCourier,
	Credential: FileCourierApi,
	steps: [
		{ trigger: 'FileCourierTrigger', items: deliveriesOf },
		{
			does: 'file.download',
			parameters: ({ last }) => {
				const { file } = last('FileCourierTrigger') as { file: { url: string } };
				return { url: file.url };
			},
		},
		{ does: 'session.create', parameters: REFERENCE },
		{ does: 'session.get', parameters: created },
		{ does: 'session.requestAndWait', parameters: REFERENCE },
		{ does: 'session.cancel', parameters: created },
	],
	// The files arrive as in the trigger, which receives them with the same code.
	sameAs: { 'session.requestAndWait': 'FileCourierTrigger' },
};
