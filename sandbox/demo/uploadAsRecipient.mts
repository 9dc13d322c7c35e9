import axios from 'axios';
import type { DemoFile } from './demoFiles.mts';
import { parseUploadForm } from './uploadForm.mts';
import { assertEqual } from './assertions.mts';

/**
 * Opens the upload page and submits its form with the documents, as a recipient does.
 * @returns the heading of the next page
 * @throws {StepError} if the page is not as expected or does not accept the files
 */
export async function uploadAsRecipient(url: string, documents: DemoFile[]): Promise<string> {
	const page = await axios.get<string>(url, { responseType: 'text', validateStatus: () => true });
	assertEqual(`The upload page ${url} cannot be opened`, page.status, 200);
	const form = parseUploadForm(page.data, url);
	assertEqual(
		'The form does not upload files',
		[form.method, form.enctype],
		['post', 'multipart/form-data'],
	);
	assertEqual('The form does not accept several files', form.multiple, true);
	const body = new FormData();
	for (const [name, value] of Object.entries(form.values)) body.append(name, value);
	for (const { name, type, content } of documents) {
		body.append(form.fileField, new Blob([new Uint8Array(content)], { type }), name);
	}
	const response = await axios.post<string>(form.action, body, {
		responseType: 'text',
		validateStatus: () => true,
	});
	assertEqual('The upload page did not accept the files', response.status, 200);
	return /<h1>([^<]*)<\/h1>/.exec(response.data)?.[1] ?? 'no heading';
}
