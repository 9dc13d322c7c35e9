/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { runInNewContext } from 'node:vm';

import type { INodeProperties } from 'n8n-workflow';

import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { FileCourierTrigger } from '../../nodes/FileCourier/FileCourierTrigger.node';
import { FilesAppTrigger } from '../../nodes/FilesApp/FilesAppTrigger.node';
import { FilestackTrigger } from '../../nodes/Filestack/FilestackTrigger.node';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { SpeedyFilesTrigger } from '../../nodes/SpeedyFiles/SpeedyFilesTrigger.node';
import { resumeWebhooks } from '../../nodes/FileCourier/session/requestAndWait';

/** Evaluates a subtitle as the editor does, with these parameters. */
function evaluate(subtitle: string | undefined, $parameter: object): unknown {
	const [, expression] = /^=\{\{ (.*) \}\}$/.exec(subtitle ?? '')!;
	// n8n ends an expression at the first closing braces.
	expect(expression).not.toContain('}}');
	return runInNewContext(expression, { $parameter });
}

describe('the subtitle of a trigger', () => {
	it.each([
		[new FileCourierTrigger(), ['files.delivered'], 'Files Delivered'],
		[new SpeedyFilesTrigger(), ['package.finalized', '*'], 'Package Finalized, Any Event'],
		[new FilesAppTrigger(), ['created', 'deleted'], 'File Created, File Deleted'],
		[new FilestackTrigger(), ['fp.upload'], 'File Uploaded'],
	])('%# shows the events in words', ({ description }, events, words) => {
		expect(evaluate(description.subtitle, { events })).toBe(words);
	});

	it('shows an event that is not in the list as it is', () => {
		const { subtitle } = new FilesAppTrigger().description;
		expect(evaluate(subtitle, { events: ['renamed'] })).toBe('renamed');
		expect(evaluate(subtitle, { events: 'created' })).toBe('File Created');
	});
});

it.each([
	[new FileCourier(), { resource: 'session', operation: 'create' }, 'Create: Session'],
	[new SpeedyFiles(), { resource: 'package', operation: 'getAll' }, 'Get Many: Package'],
])('the subtitle of an action node shows the operation in words %#', (node, chosen, words) => {
	expect(evaluate(node.description.subtitle, chosen)).toBe(words);
});

describe.each([new FileCourierTrigger(), new SpeedyFilesTrigger(), new FilestackTrigger()])(
	'the help of webhook trigger %#',
	({ description }) => {
		const { displayName, eventTriggerDescription, activationMessage, triggerPanel } = description;
		const texts = JSON.stringify([eventTriggerDescription, activationMessage, triggerPanel]);

		it('says where the URL has to be entered, and that the test URL listens once', () => {
			expect(eventTriggerDescription).toMatch(/^Enter the test URL (as|in) /);
			expect(eventTriggerDescription).toContain('one event');
			expect(texts).toContain('production URL');
			expect(texts).not.toContain('undefined');
		});

		it('links to the documentation of the service', () => {
			const [, file] = /docs\/(\w+)\.md#/.exec(texts)!;
			expect(displayName.replace(/ Trigger$/, '').replace(/ /g, '')).toBe(file);
		});

		it('responds with its own text', () => {
			expect(description.webhooks).toMatchObject([{ responseData: '{"received":true}' }]);
		});
	},
);

it('Request and Wait responds to a delivery with its own text', () => {
	expect(resumeWebhooks).toMatchObject([{ responseData: '{"received":true}' }]);
});

/** Names of events must be unique, or the subtitle would be ambiguous. */
it.each([new FileCourierTrigger(), new SpeedyFilesTrigger(), new FilestackTrigger()])(
	'trigger %# has a different name for each event',
	({ description }) => {
		const isEvents = ({ name }: INodeProperties) => name === 'events';
		const { options = [] } = description.properties.find(isEvents)!;
		const names = options.map((option) => ('name' in option ? option.name : ''));
		expect(new Set(names).size).toBe(names.length);
	},
);
