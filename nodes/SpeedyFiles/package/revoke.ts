import { serviceTime } from '../../shared/dates';
import { withDoubt, withItem } from '../../shared/errors';
import { callApi } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { describePackage } from '../describe';
import { speedyFiles, thingIn } from '../service';
import { packageField, packageIdOf, packagePath } from './fields';

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke a package',
	description: 'Make the magic links of a package stop working; the package and its files stay',
	fields: [packageField],
	async execute(item) {
		const { functions, itemIndex } = item;
		const path = `${packagePath(functions, packageIdOf(item))}/revoke`;
		try {
			const { body, headers } = await callApi(functions, speedyFiles, {
				method: 'POST',
				path,
				// Each call fires the event package.revoked (SpeedyFiles source, app/routes/api.py).
				repeatable: false,
			});
			return { json: describePackage(thingIn(functions, 'package', body), serviceTime(headers)) };
		} catch (error) {
			const doubt = 'The package may be revoked nevertheless. To revoke it again does no harm.';
			throw withItem(functions.getNode(), withDoubt(error, doubt), itemIndex);
		}
	},
};
