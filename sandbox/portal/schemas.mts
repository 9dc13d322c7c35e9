/** Ten years: longer than any expiry, and still a valid date. */
const MAX_ADVANCE_SECONDS = 10 * 365 * 86_400;

export const clockSchema = {
	type: 'object',
	additionalProperties: false,
	minProperties: 1,
	properties: {
		advance: { type: 'number', minimum: 0, maximum: MAX_ADVANCE_SECONDS },
		speed: { type: 'number', minimum: 0, maximum: 100_000 },
		reset: { type: 'boolean' },
	},
} as const;

/** Each service checks its own settings. */
export const settingsSchema = { type: 'object' } as const;

const fault = (type: string, properties: object = {}, required: string[] = []) => ({
	type: 'object',
	additionalProperties: false,
	required: ['type', ...required],
	properties: { type: { const: type }, ...properties },
});

const status = { type: 'integer', minimum: 200, maximum: 599 };

export const faultSchema = {
	type: 'object',
	additionalProperties: false,
	required: ['service', 'fault'],
	properties: {
		service: { type: 'string' },
		origin: { type: 'string' },
		method: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
		path: { type: 'string', minLength: 1 },
		on: { enum: ['request', 'delivery'] },
		nth: { type: 'integer', minimum: 1 },
		times: { type: 'integer', minimum: 1 },
		probability: { type: 'number', minimum: 0, maximum: 1 },
		fault: {
			type: 'object',
			required: ['type'],
			discriminator: { propertyName: 'type' },
			oneOf: [
				fault('delay', { milliseconds: { type: 'number', minimum: 0, maximum: 3_600_000 } }, [
					'milliseconds',
				]),
				fault('reset'),
				fault('resetAfterBody'),
				fault('truncate', { bytes: { type: 'integer', minimum: 0 } }),
				fault(
					'status',
					{
						status,
						headers: { type: 'object', additionalProperties: { type: 'string' } },
						message: { type: 'string' },
					},
					['status'],
				),
				fault('html', { status }),
				fault('wrongSize'),
				fault('wrongHash'),
				fault('badSignature'),
				fault('duplicateDelivery', { copies: { type: 'integer', minimum: 1, maximum: 10 } }),
				fault('outOfOrder', { milliseconds: { type: 'number', minimum: 0, maximum: 3_600_000 } }),
			],
		},
	},
} as const;
