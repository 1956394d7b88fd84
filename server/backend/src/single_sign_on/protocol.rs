//! OpenID Connect: discovery, the authorization code with PKCE, state and nonce, and the ID token, whose signature, issuer, audience, time and
//! nonce are checked by the library.

use crate::Backend;
use crate::connectors::http::UnusableAnswer;
use crate::settings::SignInProvider;
use chrono::{DateTime, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm};
use openidconnect::http::{Method, Request, header};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::pin::Pin;

/// Signatures that count: by keys that the provider publishes.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the browser's session keeps until the person comes back: each of it is used once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderAttempt {
    state: String,
    nonce: String,
    verifier: String,
}

impl ProviderAttempt {
    /// Whether what came back belongs to it.
    pub fn has_state(&self, state: &str) -> bool {
        !state.is_empty() && self.state == state
    }
}

/// Why a provider's answer does not count, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ProviderFault(String);

impl ProviderFault {
    fn of(error: impl std::error::Error) -> Self {
        // The library keeps what went wrong in a chain of causes.
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text.push_str(&format!(": {deeper}"));
            cause = deeper.source();
        }
        Self(text)
    }
}

/// What a provider said of whoever signed in, checked.
pub(super) struct CheckedAnswer {
    pub claims: Map<String, Value>,
    /// Where signing out goes on.
    pub ends_at: Option<String>,
}

/// The connectors' client, as the library asks for one.
struct ProviderHttp(Backend);

impl<'c> AsyncHttpClient<'c> for ProviderHttp {
    type Error = UnusableAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, UnusableAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.client().exchange(request))
    }
}

/// What the library's futures are behind: they are too general for a server to hand between its threads.
type ProviderFuture<T> = Pin<Box<dyn Future<Output = Result<T, ProviderFault>> + Send>>;

/// Where the browser goes, and what is kept until it is back.
pub(super) fn begin(backend: Backend, provider: SignInProvider, back: String) -> ProviderFuture<(String, ProviderAttempt)> {
    Box::pin(async move { begun(&ProviderHttp(backend), &provider, &back).await })
}

async fn begun(http: &ProviderHttp, provider: &SignInProvider, back: &str) -> Result<(String, ProviderAttempt), ProviderFault> {
    let metadata = discover(http, provider).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let login = login(provider, metadata, back)?;
    let request = login.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).set_pkce_challenge(challenge);
    let (address, state, nonce) = request.add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned()))).url();
    let attempt = ProviderAttempt { state: state.into_secret(), nonce: nonce.secret().clone(), verifier: verifier.into_secret() };
    Ok((address.to_string(), attempt))
}

/// Exchanges the code that the browser came back with, and checks what it was exchanged for.
pub(super) fn finish(
    backend: Backend,
    provider: SignInProvider,
    back: String,
    code: String,
    attempt: ProviderAttempt,
) -> ProviderFuture<CheckedAnswer> {
    let now = backend.now();
    Box::pin(async move { finished(&ProviderHttp(backend), &provider, &back, code, attempt, now).await })
}

async fn finished(
    http: &ProviderHttp,
    provider: &SignInProvider,
    back: &str,
    code: String,
    attempt: ProviderAttempt,
    now: DateTime<Utc>,
) -> Result<CheckedAnswer, ProviderFault> {
    let metadata = discover(http, provider).await?;
    let ends_at = metadata.additional_metadata().end_session_endpoint.as_ref().map(|address| address.url().to_string());
    let more = metadata.userinfo_endpoint().map(|address| address.url().to_string());
    let login = login(provider, metadata, back)?;
    let exchange = login.exchange_code(AuthorizationCode::new(code)).map_err(ProviderFault::of)?;
    let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier));
    let tokens = exchange.request_async(http).await.map_err(ProviderFault::of)?;
    let id_token = tokens.id_token().ok_or_else(|| ProviderFault("the provider sent no ID token".to_owned()))?;
    let verifier = login.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
    id_token.claims(&verifier, &Nonce::new(attempt.nonce)).map_err(ProviderFault::of)?;
    let mut claims = read_claims(&id_token.to_string())?;
    if let (Some(address), None) = (more, claims.get("email")) {
        // Some providers keep the address out of the token.
        add_claims(http, &address, tokens.access_token().secret(), &mut claims).await?;
    }
    Ok(CheckedAnswer { claims, ends_at })
}

async fn discover(http: &ProviderHttp, provider: &SignInProvider) -> Result<ProviderMetadataWithLogout, ProviderFault> {
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(ProviderFault::of)?;
    ProviderMetadataWithLogout::discover_async(issuer, http).await.map_err(ProviderFault::of)
}

/// The library's client, as far as a sign-in needs it.
type LoginClient = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn login(provider: &SignInProvider, metadata: ProviderMetadataWithLogout, back: &str) -> Result<LoginClient, ProviderFault> {
    let (id, secret) = (ClientId::new(provider.client_id.clone()), provider.client_secret.clone().map(ClientSecret::new));
    let back = RedirectUrl::new(back.to_owned()).map_err(ProviderFault::of)?;
    Ok(CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(back))
}

/// All claims of a token that was checked: the library's types know those of the standard alone.
fn read_claims(token: &str) -> Result<Map<String, Value>, ProviderFault> {
    use base64::Engine;
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).map_err(ProviderFault::of)?;
    serde_json::from_slice(&bytes).map_err(ProviderFault::of)
}

/// Adds what the provider says of the same subject at its other address.
async fn add_claims(http: &ProviderHttp, address: &str, token: &str, claims: &mut Map<String, Value>) -> Result<(), ProviderFault> {
    let request = Request::builder().method(Method::GET).uri(address).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.body(Vec::new()).map_err(ProviderFault::of)?;
    let answer = http.call(request).await.map_err(ProviderFault::of)?;
    let more: Map<String, Value> = serde_json::from_slice(answer.body()).map_err(ProviderFault::of)?;
    if !answer.status().is_success() || more.get("sub") != claims.get("sub") {
        return Err(ProviderFault("the provider says of somebody else at its userinfo address".to_owned()));
    }
    for (name, value) in more {
        claims.entry(name).or_insert(value);
    }
    Ok(())
}
