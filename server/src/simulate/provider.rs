//! A provider of single sign-on, as strict as a real one: it knows one client, wants PKCE, state and nonce, gives a code once, and exchanges
//! it for the same address and verifier alone. Whoever signs in chooses who to be.

use super::SimulatorState;
use super::systems::text;
use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::text::escape_html;
use openidconnect::PrivateSigningKey;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use url::Url;

/// The one client.
pub const CLIENT_ID: &str = "docket";
/// What it proves itself with.
pub const CLIENT_SECRET: &str = "simulated-client-secret";
/// Seconds that a token counts.
const TOKEN_SECONDS: i64 = 300;
/// Codes and tokens that are remembered.
const REMEMBERED: usize = 1_000;

/// People to be, with what is claimed of them.
const PEOPLE: [(&str, &str); 4] = [
    (
        "Amara Okafor, who has an account",
        r#"{"sub":"amara","name":"Amara Okafor","email":"amara.okafor@northmoor.example","email_verified":true,"groups":["staff"]}"#,
    ),
    (
        "Nina Berg, new, of the IT department",
        r#"{"sub":"nina","name":"Nina Berg","email":"nina.berg@northmoor.example","email_verified":true,"groups":["staff","it"]}"#,
    ),
    (
        "Hana Sato, of the IT department, who has an account",
        r#"{"sub":"hana","name":"Hana Sato","email":"hana.sato@northmoor.example","email_verified":true,"groups":["staff","it"]}"#,
    ),
    (
        "Somebody who did not prove Priya Raman’s address",
        r#"{"sub":"mallory","name":"Priya Raman","email":"priya.raman@northmoor.example","email_verified":false}"#,
    ),
];

/// What the provider remembers.
#[derive(Default)]
pub(super) struct ProviderMemory {
    seed: Option<[u8; 32]>,
    codes: BTreeMap<String, GivenCode>,
    tokens: BTreeMap<String, Map<String, Value>>,
}

/// What a code was given for.
struct GivenCode {
    redirect_uri: String,
    challenge: String,
    nonce: String,
    claims: Map<String, Value>,
}

impl ProviderMemory {
    fn key(&mut self) -> Result<CoreEdDsaPrivateSigningKey, String> {
        let seed = self.seed.get_or_insert_with(rand::random);
        // The frame of an Ed25519 key in PKCS 8.
        let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
        der.extend_from_slice(seed);
        let kind = "PRIVATE KEY";
        let pem = format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der));
        CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(openidconnect::JsonWebKeyId::new("simulated".to_owned())))
    }
}

fn issuer(headers: &HeaderMap) -> String {
    format!("http://{}/oidc", text(headers, "host"))
}

fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

fn refused(error: &str, description: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": description }))).into_response()
}

/// `GET /oidc/.well-known/openid-configuration`
pub(super) async fn describe(headers: HeaderMap) -> Response {
    let issuer = issuer(&headers);
    let at = |path: &str| format!("{issuer}/{path}");
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "end_session_endpoint": at("end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }))
    .into_response()
}

/// `GET /oidc/jwks`
pub(super) async fn keys(State(world): State<SimulatorState>) -> Response {
    match world.memory().provider.key() {
        Ok(key) => Json(json!({ "keys": [key.as_verification_key()] })).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error).into_response(),
    }
}

/// What a browser is sent with.
#[derive(Deserialize)]
pub(super) struct AuthorizationWish {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
    /// Who somebody chose to be.
    #[serde(default)]
    claims: String,
}

impl AuthorizationWish {
    fn problem(&self) -> Option<&'static str> {
        let address = Url::parse(&self.redirect_uri).ok();
        let is_ours = address.is_some_and(|address| {
            let local = matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
            let path = address.path();
            local && path.starts_with("/single-sign-on/") && path.ends_with("/return") && address.query().is_none()
        });
        match self {
            _ if self.client_id != CLIENT_ID => Some("the client is not known"),
            _ if !is_ours => Some("the redirect URI is not registered"),
            _ if self.response_type != "code" => Some("response_type must be code"),
            _ if !self.scope.split(' ').any(|scope| scope == "openid") => Some("scope must hold openid"),
            _ if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 => Some("PKCE with S256 is needed"),
            _ if self.state.len() < 16 || self.nonce.len() < 16 => Some("state and nonce are needed"),
            _ => None,
        }
    }
}

/// `GET /oidc/authorize`: who to be.
pub(super) async fn ask(Query(wish): Query<AuthorizationWish>) -> Response {
    if let Some(problem) = wish.problem() {
        return refused("invalid_request", problem);
    }
    let hidden: String = [
        ("client_id", &wish.client_id),
        ("redirect_uri", &wish.redirect_uri),
        ("response_type", &wish.response_type),
        ("scope", &wish.scope),
        ("state", &wish.state),
        ("nonce", &wish.nonce),
        ("code_challenge", &wish.code_challenge),
        ("code_challenge_method", &wish.code_challenge_method),
    ]
    .iter()
    .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape_html(value)))
    .collect();
    let people: String = PEOPLE
        .iter()
        .map(|(words, claims)| format!("<p><button name=\"claims\" value=\"{}\">{}</button></p>", escape_html(claims), escape_html(words)))
        .collect();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Northmoor ID (simulated)</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}}\
         button,textarea{{font:inherit;padding:.4rem .8rem}}textarea{{width:100%}}</style>\
         <h1>Northmoor ID (simulated)</h1><p>Choose who signs in.</p>\
         <form method=\"post\" action=\"/oidc/authorize\">{hidden}{people}</form>\
         <h2>Somebody else</h2><form method=\"post\" action=\"/oidc/authorize\">{hidden}<p><label>Claims<br>\
         <textarea name=\"claims\" rows=\"6\">{{\"sub\": \"else\", \"name\": \"Somebody Else\", \"email\": \"else@northmoor.example\", \
         \"email_verified\": true, \"groups\": []}}</textarea></label></p><p><button>Sign in</button></p></form></html>"
    );
    Html(page).into_response()
}

/// `POST /oidc/authorize`: back with a code.
pub(super) async fn give_code(State(world): State<SimulatorState>, Form(wish): Form<AuthorizationWish>) -> Response {
    if let Some(problem) = wish.problem() {
        return refused("invalid_request", problem);
    }
    let Ok(claims) = serde_json::from_str::<Map<String, Value>>(&wish.claims) else {
        return refused("invalid_request", "the claims are no JSON object");
    };
    let (code, back) = (random_text(), Url::parse(&wish.redirect_uri));
    let Ok(mut back) = back else { return refused("invalid_request", "the redirect URI is no address") };
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &wish.state);
    let given = GivenCode { redirect_uri: wish.redirect_uri, challenge: wish.code_challenge, nonce: wish.nonce, claims };
    let mut memory = world.memory();
    if memory.provider.codes.len() >= REMEMBERED {
        memory.provider.codes.clear();
    }
    memory.provider.codes.insert(code, given);
    Redirect::to(back.as_str()).into_response()
}

/// What a client sends for a code.
#[derive(Deserialize)]
pub(super) struct TokenWish {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
}

/// `POST /oidc/token`
pub(super) async fn exchange(State(world): State<SimulatorState>, headers: HeaderMap, Form(wish): Form<TokenWish>) -> Response {
    let basic = text(&headers, "authorization").strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    let shown = basic.unwrap_or_else(|| format!("{}:{}", wish.client_id, wish.client_secret));
    if shown != format!("{CLIENT_ID}:{CLIENT_SECRET}") {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    let mut memory = world.memory();
    // Gone with the first try, whatever comes of it.
    let Some(given) = memory.provider.codes.remove(&wish.code).filter(|_| wish.grant_type == "authorization_code") else {
        return refused("invalid_grant", "the code is not known, or was used");
    };
    if given.redirect_uri != wish.redirect_uri {
        return refused("invalid_grant", "the redirect URI is another one");
    }
    if URL_SAFE_NO_PAD.encode(Sha256::digest(wish.code_verifier.as_bytes())) != given.challenge {
        return refused("invalid_grant", "the verifier does not fit the challenge");
    }
    let now = chrono::Utc::now().timestamp();
    let mut claims = given.claims.clone();
    for (name, value) in [
        ("iss", json!(issuer(&headers))),
        ("aud", json!(CLIENT_ID)),
        ("iat", json!(now)),
        ("exp", json!(now + TOKEN_SECONDS)),
        ("nonce", json!(given.nonce)),
    ] {
        claims.entry(name).or_insert(value);
    }
    let signed = memory.provider.key().and_then(|key| sign(&key, &claims));
    let access_token = random_text();
    if memory.provider.tokens.len() >= REMEMBERED {
        memory.provider.tokens.clear();
    }
    memory.provider.tokens.insert(access_token.clone(), given.claims);
    match signed {
        Ok(id_token) => {
            let body = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": id_token });
            ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error).into_response(),
    }
}

fn sign(key: &CoreEdDsaPrivateSigningKey, claims: &Map<String, Value>) -> Result<String, String> {
    let head = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "simulated" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&head), part(&Value::Object(claims.clone())));
    let signature = key.sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes()).map_err(|error| error.to_string())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// `GET /oidc/userinfo`
pub(super) async fn tell(State(world): State<SimulatorState>, headers: HeaderMap) -> Response {
    let token = text(&headers, "authorization").strip_prefix("Bearer ").unwrap_or_default();
    match world.memory().provider.tokens.get(token) {
        Some(claims) => Json(claims.clone()).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Where a browser goes on after signing out.
#[derive(Deserialize)]
pub(super) struct EndWish {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    post_logout_redirect_uri: String,
}

/// `GET /oidc/end`
pub(super) async fn end(State(world): State<SimulatorState>, Query(wish): Query<EndWish>) -> Response {
    if wish.client_id != CLIENT_ID {
        return refused("invalid_request", "the client is not known");
    }
    world.note("provider", "signed out".to_owned(), wish.post_logout_redirect_uri.clone(), "303".to_owned());
    Redirect::to(&wish.post_logout_redirect_uri).into_response()
}
