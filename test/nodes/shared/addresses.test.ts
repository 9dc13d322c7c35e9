import { checkTarget, isPrivateHost, parseHosts } from '../../../nodes/shared/http/addresses';

describe('a host that is not public', () => {
	it.each([
		...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '017700000001'],
		...['0.0.0.0', '0', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255'],
		...['192.168.1.1', '192.168.257', '100.64.0.1', '100.127.255.255', '169.254.169.254'],
		...['0xa9fea9fe', '2852039166', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
		...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '198.18.0.1'],
		...['127.0.0.1.', '127。0。0。1', '１２７.0.0.1', '127.0.0.1%', '%31%32%37.0.0.1'],
	])('IPv4: %s', (host) => expect(isPrivateHost(host)).toBe(true));

	it.each([
		...['[::1]', '::1', '[::]', '::', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[::8.8.8.8]'],
		...['[::ffff:127.0.0.1]', '[::FFFF:7F00:1]', '[::ffff:169.254.169.254]', '[::ffff:0:10.0.0.1]'],
		...['[64:ff9b::127.0.0.1]', '[64:ff9b:1::8.8.8.8]', '[2002:7f00:1::]', '[2002:a9fe:a9fe::1]'],
		...['[fe80::1]', 'fe80::1%eth0', '[fe80::1%25eth0]', '[febf::1]', '[fec0::1]', '[fc00::1]'],
		...['[fd00:ec2::254]', '[ff02::1]', '[100::1]', '[2001::1]', '[2001:db8::1]', '[3fff::1]'],
	])('IPv6: %s', (host) => expect(isPrivateHost(host)).toBe(true));

	it.each([
		...['localhost', 'LocalHost', 'localhost.', 'files.localhost', 'localhost.localdomain'],
		...['metadata.google.internal', 'METADATA.google.internal.', 'metadata', 'redis', 'nas.local'],
		...['router.home.arpa', 'ｌｏｃａｌｈｏｓｔ', 'loc%61lhost', 'host.docker.internal'],
		...['', ' ', 'a b.example', 'user@example.com', 'example.com/path', 'example.com:80'],
	])('name: %s', (host) => expect(isPrivateHost(host)).toBe(true));
});

it.each([
	...[
		'8.8.8.8',
		'1.1.1.1',
		'134744072',
		'172.15.0.1',
		'172.32.0.1',
		'100.63.255.255',
		'100.128.0.1',
	],
	...['169.253.0.1', '192.167.0.1', '11.0.0.1', '198.20.0.1', '223.255.255.255', '168.63.129.17'],
	...['[2606:4700::1111]', '2606:4700::1111', '[::ffff:8.8.8.8]', '[64:ff9b::8.8.8.8]'],
	...['[2002:808:808::1]', '[2a00:1450:4001:81b::200e]', '[2001:4860:4860::8888]'],
	...['example.com', 'files.example.com.', 'localhost.example.com', 'internal.example.com'],
	...['10.example.com', 'münchen.example', '127.0.0.1.example.com', 'notlocal.com'],
])('a public host: %s', (host) => expect(isPrivateHost(host)).toBe(false));

describe('a target', () => {
	const CLOUD = 'https://www.filecourier.com';
	it.each([
		['https://files.example.com/a', CLOUD, undefined],
		['https://10.0.0.1/a', CLOUD, 'leads to 10.0.0.1, which is not a public address'],
		['https://0x7f.1/a', CLOUD, 'leads to 127.0.0.1, which is not a public address'],
		[
			'https://[::ffff:a9fe:a9fe]/',
			CLOUD,
			'leads to [::ffff:a9fe:a9fe], which is not a public address',
		],
		['http://files.example.com/a', CLOUD, 'is not encrypted (http)'],
		['ftp://files.example.com/a', CLOUD, 'is not a valid URL'],
		['http://127.0.0.1:1/a', 'http://127.0.0.1:2', undefined],
		['http://files.example.com/a', 'http://127.0.0.1:2', undefined],
		['https://10.0.0.1/a', 'https://10.0.0.2', undefined],
		['http://10.0.0.1/a', 'https://10.0.0.2', 'is not encrypted (http)'],
		[
			'https://10.0.0.1/a',
			'http://files.example.com',
			'leads to 10.0.0.1, which is not a public address',
		],
		['https://10.0.0.1/a', '', 'leads to 10.0.0.1, which is not a public address'],
	])('%s of the service at %p', (url, trustedUrl, problem) =>
		expect(checkTarget(url, { trustedUrl })).toBe(problem),
	);

	it.each([
		['files.example.com', true],
		['FILES.Example.com.', true],
		['*.example.com', true],
		['other.org, *.example.com', true],
		['other.org\nfiles.example.com', true],
		['example.com', false],
		['*.files.example.com', false],
		['*.com.example', false],
		['*', false],
		['https://files.example.com', false],
	])('with the Allowed Hosts %j', (entries, isAllowed) => {
		const rules = { trustedUrl: CLOUD, allowedHosts: parseHosts(entries) };
		expect(checkTarget('https://files.example.com/a', rules) === undefined).toBe(isAllowed);
	});

	it('in a private network is not allowed by Allowed Hosts alone', () => {
		const rules = { trustedUrl: CLOUD, allowedHosts: ['10.0.0.1'] };
		expect(checkTarget('https://10.0.0.1/', rules)).toContain('not a public address');
	});
});
