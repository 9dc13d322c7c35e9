import { FilestackApi } from '../../credentials/FilestackApi.credentials';
import { Filestack } from '../../nodes/Filestack/Filestack.node';
import { FilestackTrigger } from '../../nodes/Filestack/FilestackTrigger.node';
import { byId } from '../support/locators';
import { FILM, REPORT } from './files';
import type { Account, OperationStep, Seen, ServiceSteps } from './steps';

const SIZE = { width: 400, height: 300 };
const stored = ({ last }: Seen) => ({ file: byId(last('file.store').handle) });
/** A real image. */
const screenshot = ({ last }: Seen) => ({ file: byId(last('website.takeScreenshot').handle) });
const both = ({ last }: Seen) => ({
	filesFrom: 'list',
	files: Array(2).fill(last('website.takeScreenshot').handle),
});

/** Runs of an operation with each form of its result. */
const inEachForm = (
	does: string,
	parameters: object,
	source: (seen: Seen) => object = screenshot,
	outputs = ['link', 'file', 'stored'],
): OperationStep[] =>
	outputs.map((output) => ({
		does,
		parameters: (seen) => ({ ...source(seen), ...parameters, output }),
	}));

async function eventsOf(account: Account, seen: Seen) {
	const store = async (url: string) => {
		await account.sandbox.control.post('/services/filestack/webhooks', {
			url,
			events: ['fp.upload'],
		});
		const step = { does: 'file.store', files: { data: REPORT } };
		await account.run(new Filestack(), step, seen);
	};
	return await account.received(new FilestackTrigger(), { events: ['*'] }, store, 1);
}

export const filestack: ServiceSteps = {
	Node: Filestack,
	Credential: FilestackApi,
	steps: [
		{ does: 'file.store', files: { data: REPORT } },
		{ does: 'file.overwrite', files: { data: REPORT }, parameters: stored },
		{ does: 'file.getMetadata', parameters: stored },
		{ does: 'file.getHashes', parameters: stored },
		{ does: 'file.getStorage', parameters: stored },
		{ does: 'file.download', parameters: stored },
		{ does: 'link.createSigned', parameters: stored },
		{ does: 'policy.create' },
		...inEachForm(
			'website.takeScreenshot',
			{ pageUrl: 'https://example.com', ...SIZE },
			() => ({}),
			[...['file', 'stored']],
		),
		{ does: 'image.getSize', parameters: screenshot },
		{ does: 'image.detectFaces', parameters: screenshot },
		...inEachForm('image.resize', { ...SIZE, fit: 'crop' }),
		...inEachForm('image.crop', { left: 0, top: 0, width: 50, height: 40 }),
		...inEachForm('image.rotate', { by: 'angle', deg: 90 }),
		...inEachForm('image.applyFilter', { filter: 'monochrome' }),
		...inEachForm('image.convert', { format: 'webp' }),
		...inEachForm('image.transform', { specifySteps: 'text', stepsText: 'resize=width:200' }),
		...inEachForm('image.createCollage', SIZE, both, ['file', 'stored']),
		...inEachForm('document.convert', { format: 'pdf' }),
		{
			does: 'document.getInfo',
			parameters: ({ last }) => ({ file: byId(last('document.convert').handle) }),
		},
		...inEachForm('archive.createZip', {}, both, ['file', 'stored']),
		{
			does: 'file.analyze',
			parameters: (seen) => ({
				...screenshot(seen),
				analyses: [
					'caption',
					'copyright',
					'doc_detection',
					'image_sentiment',
					'ocr',
					'sfw',
					'tags',
				],
			}),
		},
		{ does: 'text.analyzeSentiment', parameters: { text: 'Great, thanks!' } },
		{ does: 'file.store', files: { data: FILM } },
		{ does: 'video.convert', parameters: stored },
		{
			does: 'video.getStatus',
			async before({ sandbox }: Account) {
				await sandbox.control.post('/clock', { advance: 60 });
			},
			parameters: ({ last }) => ({ uuid: last('video.convert').jobId }),
		},
		{ does: 'workflow.run', parameters: (seen) => ({ ...screenshot(seen), workflowId: 'w-1' }) },
		{
			does: 'workflow.getStatus',
			async before({ sandbox }: Account) {
				await sandbox.control.post('/clock', { advance: 60 });
			},
			parameters: ({ last }) => ({ jobId: last('workflow.run').jobId }),
		},
		{ trigger: 'FilestackTrigger', items: eventsOf },
		{ does: 'file.delete', parameters: stored },
	],
};
