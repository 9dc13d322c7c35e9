import type { FastifyInstance } from 'fastify';
import { errorBody, InternalServerError, ValidationError } from './error.mts';
import type { Instance } from './instance.mts';
import { jsonBody } from './jsonBody.mts';
import { packageRoutes, type Authenticate } from './packageRoutes.mts';
import { API, NO_HEAD } from './paths.mts';
import { parseForms } from './receiveForm.mts';
import { pythonJson, UnencodableError } from './pythonJson.mts';
import { listOf, open } from '../../core/openapi.mts';
import { tokenCreate, tokenId } from './requests.mts';
import { meOut, noContent, tokenInfo } from './responses.mts';
import { operation, ref } from './schemas.mts';

const schemas = {
	health: operation({
		...{ id: 'api_health_health_get', summary: 'Whether the instance runs', tag: 'health' },
		...{ response: [200, ref('Health')], problems: [] },
	}),
	me: operation({
		...{ id: 'whoami_me_get', summary: 'The user of the token', tag: 'me' },
		...{ response: [200, ref('MeOut')], problems: [401] },
	}),
	listTokens: operation({
		...{ id: 'list_tokens_me_tokens_get', summary: 'Your API tokens', tag: 'me' },
		...{ response: [200, listOf(ref('TokenInfo'))], problems: [401] },
	}),
	createToken: operation({
		...{ id: 'create_token_me_tokens_post', summary: 'Create an API token', tag: 'me' },
		...{ response: [201, ref('TokenCreated')], problems: [400, 401, 422] },
		takes: ['application/json', ref('TokenCreate')],
	}),
	revokeToken: operation({
		...{ id: 'revoke_token_me_tokens__token_id__delete', summary: 'Revoke an API token' },
		...{ tag: 'me', response: [204], problems: [401, 404, 422] },
		params: open({ token_id: { type: 'integer', minimum: 1 } }),
	}),
};

/**
 * SpeedyFiles docs, REST API. The checks run in FastAPI's order: read the body, check the token, validate path, query
 * and body, and only then look up the package.
 */
export function apiRoutes(app: FastifyInstance, instance: Instance): void {
	formatErrors(app);
	parseForms(app);

	const whoAsks: Authenticate = async ({ headers }) =>
		await instance.accounts.authenticate(headers.authorization);
	app.get(`${API}/health`, { ...NO_HEAD, schema: schemas.health }, () => ({ status: 'ok' }));
	app.get(`${API}/me`, { ...NO_HEAD, schema: schemas.me }, async (request) =>
		meOut(await whoAsks(request)),
	);
	tokenRoutes(app, instance, whoAsks);
	packageRoutes(app, instance, whoAsks);
}

/**
 * Formats a 422 with a list of issues, and a 500 for requests that the real server fails at; all other errors already
 * have the service's shape.
 */
export function formatErrors(app: FastifyInstance): void {
	app.setErrorHandler(async (error, _request, reply) => {
		try {
			if (!(error instanceof ValidationError)) throw error;
			const detail = pythonJson({ detail: error.issues });
			return await reply.code(422).type('application/json').send(detail);
		} catch (problem) {
			if (!(problem instanceof UnencodableError || problem instanceof InternalServerError))
				throw problem;
			return await reply.code(500).send(errorBody(500));
		}
	});
}

function tokenRoutes(app: FastifyInstance, { accounts }: Instance, whoAsks: Authenticate): void {
	app.get(`${API}/me/tokens`, { ...NO_HEAD, schema: schemas.listTokens }, async (request) =>
		accounts.tokensOf(await whoAsks(request)).map(tokenInfo),
	);

	app.post(`${API}/me/tokens`, { schema: schemas.createToken }, async (request, reply) => {
		const body = jsonBody(request);
		const user = await whoAsks(request);
		const { token, raw } = await accounts.createToken(user, tokenCreate(body));
		return await reply.code(201).send({ ...tokenInfo(token), token: raw });
	});

	type Route = { Params: { token_id: string } };
	const { revokeToken: schema } = schemas;
	app.delete<Route>(`${API}/me/tokens/:token_id`, { schema }, async (request, reply) => {
		const user = await whoAsks(request);
		await accounts.revoke(user, tokenId(request.params.token_id));
		return await noContent(reply);
	});
}
