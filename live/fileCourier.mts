import {
	type Confirm,
	isSuccess,
	JSON_TYPE,
	Observer,
	type Observed,
	type ServiceReport,
	textIn,
} from './observer.mts';

/**
 * Finds out which fields FileCourier reads: first with requests that it rejects, then, if the user agrees, with at most three
 * requests that it emails to the given address. Cancels them at the end.
 * @throws {Error} if the credentials are not valid
 */
export async function checkFileCourier(
	baseUrl: string,
	credentials: { clientId: string; clientSecret: string; recipient?: string },
	confirm: Confirm,
): Promise<ServiceReport> {
	const { clientId, clientSecret, recipient } = credentials;
	const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
	const api = new Observer(baseUrl, { authorization: `Basic ${basic}` });
	const { requests } = api;
	const unknown = await api.call('GET', `${SESSIONS}/req_000000000000`);
	if (unknown.status === 401)
		throw new Error(`The credentials are not valid.\n  ${requests.at(-1)}`);

	const settings: Record<string, string> = {};
	const empty = await create(api, {});
	if (/requestor|subject|message|callback/.test(missingIn(empty)))
		settings.requiredFields = 'table';
	const skipped = ['callbackAuthorization and ranges: only seen in deliveries'];
	const question = `FileCourier emails each request. Send up to three to ${recipient}?`;
	if (recipient === undefined || !(await confirm(question))) {
		skipped.push('recipientForm, callbackField and expiryField: need requests that are emailed');
		return { settings, requests, skipped };
	}

	const sessions: string[] = [];
	const send = async (body: object) => {
		const created = await create(api, body);
		const { data } = (created.json ?? {}) as { data?: Record<string, unknown> };
		if (typeof data?.request_id === 'string') sessions.push(data.request_id);
		return { ...created, expiresAt: data?.expires_at };
	};
	try {
		const both = { recipient_email: recipient, recipient: { email: recipient } };
		settings.requiredFields ??= isSuccess(await send(both)) ? 'examples' : 'table';
		Object.assign(settings, await describeFields(send, recipient));
		if (settings.requiredFields === 'examples') {
			delete settings.callbackField;
			skipped.push('callbackField: FileCourier requires none');
		}
	} finally {
		for (const id of sessions) {
			await api.call('GET', `${SESSIONS}/${id}`);
			await api.call('DELETE', `${SESSIONS}/${id}`);
		}
	}
	return { settings, requests, skipped };
}

const SESSIONS = '/api/ext/sessions';
const CALLBACK = 'https://example.com/live-check';

const create = async (api: Observer, body: object) =>
	await api.call('POST', SESSIONS, JSON.stringify(body), JSON_TYPE);

/** The field that an error names as missing. */
const missingIn = (response: Observed): string =>
	isSuccess(response) ? '' : (textIn(response, 'error') ?? '');

type Send = (body: object) => Promise<Observed & { expiresAt: unknown }>;

/** The two forms of the documentation: that of its table and that of its examples. */
interface Form {
	recipientForm: 'flat' | 'nested';
	callbackField: 'callback_url' | 'webhook_url';
	expiryField: 'expires_at' | 'expires_in_days';
}
const TABLE: Form = {
	recipientForm: 'flat',
	callbackField: 'callback_url',
	expiryField: 'expires_at',
};
const EXAMPLES: Form = {
	recipientForm: 'nested',
	callbackField: 'webhook_url',
	expiryField: 'expires_in_days',
};

/** Sends one request in each form; fields that one of them does not accept get the name that the other form has. */
async function describeFields(send: Send, recipient: string): Promise<Record<string, string>> {
	const table = await acceptedForm(send, recipient, TABLE, EXAMPLES);
	const examples = await acceptedForm(send, recipient, EXAMPLES, TABLE);
	const settings: Record<string, string> = {};
	for (const name of Object.keys(TABLE) as Array<keyof Form>) {
		const isEither = table[name] === TABLE[name] && examples[name] === EXAMPLES[name];
		const accepted = table[name] ?? examples[name];
		if (isEither) settings[name] = 'either';
		else if (accepted !== undefined) settings[name] = accepted;
	}
	return settings;
}

/** Sends a request until it is accepted, and returns the fields that were used. */
async function acceptedForm(
	send: Send,
	recipient: string,
	wanted: Form,
	other: Form,
): Promise<Partial<Form>> {
	const form: Form = { ...wanted };
	for (let attempt = 0; attempt < 3; attempt++) {
		const response = await send(bodyOf(form, recipient));
		if (isSuccess(response)) {
			return {
				...form,
				expiryField: hasDays(response, DAYS[form.expiryField])
					? form.expiryField
					: other.expiryField,
			};
		}
		const missing = missingIn(response);
		if (/recipient/.test(missing)) form.recipientForm = other.recipientForm;
		else if (/callback|webhook/.test(missing)) form.callbackField = other.callbackField;
		else return {};
	}
	return {};
}

/** Neither is the default of seven days. */
const DAYS = { expires_at: 2, expires_in_days: 5 } as const;
const DAY_MS = 86_400_000;

function bodyOf(form: Form, recipient: string): object {
	return {
		...{ requestor_name: 'Live check', requestor_email: recipient },
		...{ subject: 'Live check', message: 'A live check; please ignore this request.' },
		...(form.recipientForm === 'flat'
			? { recipient_email: recipient }
			: { recipient: { email: recipient } }),
		[form.callbackField]: CALLBACK,
		[form.expiryField]:
			form.expiryField === 'expires_at'
				? new Date(Date.now() + DAYS.expires_at * DAY_MS).toISOString()
				: DAYS.expires_in_days,
	};
}

/** Whether a request expires in about this many days. */
function hasDays({ expiresAt, headers }: Observed & { expiresAt: unknown }, days: number): boolean {
	const now = Date.parse(headers.get('date') ?? '') || Date.now();
	const left = (Date.parse(String(expiresAt)) - now) / DAY_MS;
	return Math.abs(left - days) < 0.5;
}
