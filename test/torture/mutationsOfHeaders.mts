import { always, type Mutation, setHeader, sign, SIGNATURE, text } from './mutation.mts';

const KINDS = ['text/plain', 'application/octet-stream', 'application/xml', 'text/html', 'x/y', ''];

/** Mutations of the headers. */
export const HEADERS: Mutation[] = [
	{
		name: 'the name of the signature’s header changed',
		share: 40,
		fate: always('refused'),
		change: ({ raw, random }) => {
			for (const header of raw.headers) {
				if (!SIGNATURE.test(header[0])) continue;
				header[0] = random.oneOf([
					`${header[0]}s`,
					header[0].slice(1),
					header[0].replaceAll('-', '_'),
					`X-${header[0]}`,
				]);
			}
		},
	},
	{
		name: 'header names in another case',
		share: 5,
		fate: always('taken'),
		change: ({ raw, random }) => {
			for (const header of raw.headers) {
				header[0] = random.oneOf([header[0].toUpperCase(), header[0].toLowerCase()]);
			}
		},
	},
	{
		name: 'another time signed, or none',
		share: 40,
		fate: (service) => (service === 'fileCourier' ? 'taken' : 'refused'),
		change: ({ service, secret, raw, random }) => {
			// FileCourier does not sign a timestamp.
			if (service === 'filestack')
				setHeader(raw, 'FS-Timestamp', random.oneOf(['', '0', 'NaN', '1e9']));
			if (service !== 'speedyFiles') return;
			const old = new Date(Date.now() - random.whole(400, 1e6) * 1000).toISOString();
			const body = text(raw).replace(/"timestamp":"[^"]+"/, `"timestamp":"${old}"`);
			sign({ service, secret, raw, random }, body);
		},
	},
	{
		name: 'a header of many kilobytes',
		share: 5,
		fate: always('refused'),
		change: ({ raw }) => raw.headers.push(['X-Long', 'x'.repeat(70_000)]),
	},
	{
		name: 'a content type that is not JSON',
		share: 5,
		fate: always('either'),
		change: ({ raw, random }) => setHeader(raw, 'content-type', random.oneOf(KINDS)),
	},
	{
		name: 'a charset',
		share: 5,
		fate: always('either'),
		change: ({ raw, random }) => {
			const charset = random.oneOf([
				'utf-8',
				'latin1',
				'utf-16',
				'utf-7',
				'none',
				'"',
				'__proto__',
			]);
			setHeader(raw, 'content-type', `application/json; charset=${charset}`);
		},
	},
	{
		name: 'said to be a form',
		fate: always('refused'),
		change: ({ raw, random }) =>
			setHeader(raw, 'content-type', `multipart/form-data${random.oneOf(['', '; boundary=b'])}`),
	},
	{
		name: 'another method',
		fate: always('refused'),
		change: ({ raw, random }) => (raw.method = random.oneOf(['PUT', 'PATCH', 'DELETE'])),
	},
];
