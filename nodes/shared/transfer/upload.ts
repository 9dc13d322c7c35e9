import { NodeOperationError } from 'n8n-workflow';

import { type Answer, type ApiCall, callApi, cancelSignalOf } from '../http';
import type { ItemContext } from '../operation';
import type { Service } from '../service';
import type { Form } from './form';
import { type Measure, measured } from './measured';
import type { FileSource } from './source';
import { StallGuard } from './stall';

export interface TransferOptions {
	sha256: boolean;
	/** Milliseconds without a byte after which the transfer is given up. */
	stallTimeout: number;
}

export interface Uploaded extends Answer {
	/** What was read of the file while it was sent. */
	measure: Measure;
}

/**
 * Sends a file in one request, as a stream with its exact length. It is sent again only if the service surely has not
 * seen it: after an interruption the service may have the file, and the error says so.
 * @param form puts the file into a multipart form; without one the body is the file
 * @throws NodeApiError, NodeOperationError if the file is not as long as n8n says
 */
export async function uploadWhole(
	{ functions }: ItemContext,
	service: Service,
	call: Omit<ApiCall, 'payload' | 'body'>,
	file: FileSource,
	options: TransferOptions & { form?: Form },
): Promise<Uploaded> {
	let measure: Measure = { size: 0 };
	let guard: StallGuard;
	const answer = await callApi(functions, service, {
		...call,
		repeatable: false,
		payload: {
			contentType: options.form?.contentType ?? file.mimeType,
			size: options.form?.size ?? file.size,
			async open() {
				guard = new StallGuard(options.stallTimeout, cancelSignalOf(functions));
				const opened = measured(await file.open(), { ...options, progress: guard.progress });
				measure = opened.measure;
				return options.form ? options.form.around(opened.stream) : opened.stream;
			},
			guard: () => guard,
		},
	});
	if (measure.size !== file.size) {
		throw new NodeOperationError(
			functions.getNode(),
			`The file “${file.fileName}” has ${measure.size} bytes, but n8n’s storage says ${file.size}`,
			{ description: 'The stored file is damaged. Produce it again in an earlier node.' },
		);
	}
	return { ...answer, measure };
}
