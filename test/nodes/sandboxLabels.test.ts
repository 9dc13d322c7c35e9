/** The sandbox's home page names credentials and their fields as n8n shows them. */
import { allNodes } from '../support/descriptions';
import { useSandbox } from '../support/useSandbox';

const sandbox = useSandbox();

it('the home page names each credential and each of its fields as n8n does', async () => {
	const { data: html } = await sandbox.control.get<string>(sandbox.info.portal);
	const types = [...new Set(allNodes().map(({ credentialType }) => credentialType))];
	expect(types.length).toBe(Object.keys(sandbox.info.services).length);
	for (const { name, displayName, properties } of types) {
		const { credentials } = sandbox.info.services[name.replace(/Api$/, '')];
		const section = html
			.split(/<section|<h3>Servers/)
			.find((one) => one.includes(`“${displayName}”`));
		const shown = [
			...section!.matchAll(/<dt>([^<]+)<\/dt><dd class="copied"><span class="mono">/g),
		];
		const labelOf = (field: string) =>
			properties.find((property) => property.name === field)?.displayName;
		expect(shown.map(([, label]) => label)).toEqual(Object.keys(credentials).map(labelOf));
	}
});
