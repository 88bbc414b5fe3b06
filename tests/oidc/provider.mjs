// A certified OpenID Connect provider with a form of its own, for the tests of signing in. Its settings come as one JSON
// argument: port, client, the addresses it may lead back to, and people with their claims. It keeps everything in memory.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const { port, client, secret, back, people } = JSON.parse(process.argv[2]);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: client, client_secret: secret, redirect_uris: [back], post_logout_redirect_uris: [back],
    grant_types: ['authorization_code'], response_types: ['code'],
  }],
  claims: { openid: ['sub'], profile: ['name', 'groups', 'office'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false, // the claims come with the proof itself, as at most bureaus' providers
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.body = `<!doctype html><title>out</title>${form}<button autofocus form="op.logoutForm" name="logout" value="yes">Leave</button>`;
      },
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['of this run only'] },
  pkce: { required: () => true },
  findAccount: (_, id) => people[id] && ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  loadExistingGrant: async (context) => {
    const grant = new provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

async function form(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
  if (request.method === 'POST') {
    const accountId = (await form(request)).get('name');
    return provider.interactionFinished(request, response, { login: { accountId } }, { mergeWithLastSubmission: false });
  }
  const details = await provider.interactionDetails(request, response);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><title>provider</title><form method="post"><label>Name <input name="name" autofocus></label>
    <button>Sign in</button></form><p>${details.prompt.name}</p>`);
}).listen(port, '127.0.0.1', () => console.log('listening'));
