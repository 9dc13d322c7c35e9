import { pathPart } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { invalidParameter } from '../../shared/node/schema';
import { fileField, linkField } from '../file';

/** A magic link, or one of the download links on its page (SpeedyFiles source, app/routes/public.py). */
const LINK = /^(.*\/p\/[\w-]+)(?:\/(?:file\/([\w-]+)|zip))?\/?$/;

/**
 * The download URL of one file, or of all files as a ZIP. The magic link may also point to a single file.
 * @throws NodeOperationError that names the empty or invalid field
 */
export function downloadUrl(item: ItemContext): string {
	const { functions, parameter, locator } = item;
	const { link, fileId } = readLink(item, parameter(linkField.name));
	if (parameter('scope') === 'all') return `${link}/zip`;
	const id = locator(fileField.name) || fileId;
	return `${link}/file/${pathPart(functions, fileField.displayName, id)}`;
}

function readLink(item: ItemContext, value: string): { link: string; fileId?: string } {
	const text = value.trim();
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const found = url && /^https?:$/.test(url.protocol) ? LINK.exec(url.pathname) : undefined;
	if (url && found) return { link: url.origin + found[1], fileId: found[2] };
	throw invalidParameter(
		item,
		linkField.displayName,
		'is not a valid magic link',
		'It looks like https://files.example.com/p/… You can find it as magicLink in the output of Send or Finalize.',
	);
}
