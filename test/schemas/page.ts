import type { IDataObject, INodeType } from 'n8n-workflow';

import { type Schema, schemaOf } from './schema';
import type { Outputs, PackageNode } from './outputs';
import { operationNames } from './outputs';

const INTRO = `# Output fields

The same field has the same name in all nodes. These come first, in this order:

| Field | Meaning |
| --- | --- |
| \`event\` | What has happened, in triggers and lists of changes. |
| \`sessionId\`, \`packageId\`, \`shareId\`, \`tokenId\`, \`userId\`, \`jobId\`, \`workflowId\`, \`fileId\`, \`handle\` | IDs, named like the field of a node that takes them. |
| \`secretLink\`, \`link\` | A page for a person: to upload, download or view. \`secretLink\` contains the key of an encrypted file. |
| \`url\` | The file itself. |
| \`token\`, \`policy\`, \`signature\` | What the operation was run for: an API token, a signed policy. |
| \`title\`, \`name\`, \`referenceId\`, \`recipientEmail\`, \`recipientName\` | The title of a package, the name of a file, your own reference, the recipient. |
| \`size\`, \`mimeType\`, \`fileCount\`, \`totalSize\` | Sizes in bytes. |
| \`occurredAt\`, \`createdAt\`, \`updatedAt\`, \`uploadedAt\`, \`deliveredAt\`, \`expiresAt\`, \`lastUsedAt\`, \`revokedAt\` | Dates, always ISO 8601 in UTC; \`null\` if there is none. |
| \`status\` | The status at the time of the request: \`expired\` once the expiry date has passed, even if the service does not report it. |
| \`file\`, \`files\` | Files with the same fields. |
| \`sha256\` | In hexadecimal. |

All other fields of a service follow under its own names, in camel case. Operations and triggers whose responses have more than ten fields have the field **Simplify**: turn it off to get the service's own response, unchanged. Secrets are removed in both cases.

The following tables show the output with default settings. A field may be missing if it does not apply.
`;

/** Writes the page with the output fields of all nodes. */
export const outputsPage = (sections: string[]): string => [INTRO, ...sections].join('\n');

/** Writes the tables of a service. */
export function serviceSection(nodes: PackageNode[], outputs: Outputs): string {
	const [{ node: action }, ...triggers] = nodes;
	const { displayName } = action.description;
	const rows = operationNames(action).map((name) => row(labelOf(action, name), outputs.get(name)!));
	const triggerRows = triggers.map(({ name, node }) =>
		row(node.description.displayName, outputs.get(name)!),
	);
	const table = ['| Operation or trigger | Fields |', '| --- | --- |', ...rows, ...triggerRows];
	return `## ${displayName}\n\n${table.join('\n')}\n`;
}

const row = (label: string, items: IDataObject[]) => `| ${label} | ${fieldsIn(schemaOf(items))} |`;

function labelOf({ description: { properties } }: INodeType, name: string): string {
	const [resource, operation] = name.split('.');
	const nameIn = (options: unknown, value: string) =>
		(options as Array<{ name: string; value: string }>).find((one) => one.value === value)!.name;
	const resources = properties.find((property) => property.name === 'resource')!;
	const operations = properties.find(
		(property) =>
			property.name === 'operation' &&
			(property.displayOptions!.show!.resource as string[]).includes(resource),
	)!;
	return `${nameIn(resources.options, resource)}: ${nameIn(operations.options, operation)}`;
}

/** Levels of nested objects whose fields are listed. */
const DEPTH = 1;

function fieldsIn({ properties = {} }: Schema, depth = DEPTH): string {
	const texts = Object.entries(properties).map(([name, field]) => {
		const inner = field.items?.properties ? field.items : field;
		const isListed = depth > 0 && ['file', 'files'].includes(name) && inner.properties;
		return isListed ? `\`${name}\` (${fieldsIn(inner, depth - 1)})` : `\`${name}\``;
	});
	return texts.join(', ');
}
