import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { Operation } from '../../shared/node/operation';
import { describePackage, packageOutput } from '../describe';
import { NOTIFICATION_TIMEOUT, PACKAGE, speedyFiles } from '../service';
import { activeField, packageIdOf, packagePath } from './fields';

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke package',
	description: 'Disable the magic links of a package. The package and its files are kept.',
	fields: [activeField],
	output: packageOutput,
	async execute(item) {
		const { body, headers } = await callApi(item.functions, speedyFiles, {
			method: 'POST',
			path: `${packagePath(item.functions, packageIdOf(item))}/revoke`,
			expects: PACKAGE,
			timeout: NOTIFICATION_TIMEOUT,
			// Not retried: each call sends the event package.revoked (SpeedyFiles source, app/routes/api.py).
			retryable: false,
			unknownResultHint:
				'SpeedyFiles may have revoked the package anyway. You can safely revoke it again.',
		});
		return describePackage(body, serviceTime(headers));
	},
};
