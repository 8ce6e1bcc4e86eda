// A real OpenID provider for tests: node server.mjs PORT SITE ACCOUNTS, the last a JSON object of claims by subject.
import Provider from "oidc-provider";

const [port, site, accounts] = process.argv.slice(2);
const known = JSON.parse(accounts);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "alurwarta",
    client_secret: "rahasia-penyedia-untuk-uji",
    redirect_uris: [`${site}/masuk/sso/kembali`],
    post_logout_redirect_uris: [`${site}/masuk`],
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  findAccount: (_, id) => known[id] && { accountId: id, claims: () => ({ sub: id, ...known[id] }) },
  pkce: { required: () => true },
  cookies: { keys: ["untuk-uji"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("siap"));
