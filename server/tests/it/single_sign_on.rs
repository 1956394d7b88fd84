//! Single sign-on over HTTP, against the simulated provider, which is as strict as a real one.

use crate::harness::{ADMINISTRATOR, APPROVER, Browser, REQUESTER, Site, location, on_both_with};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use server::simulate::provider::{CLIENT_ID, CLIENT_SECRET};
use server::simulate::{SimulatorState, run};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use url::Url;

/// The simulated provider on a free port.
async fn provider() -> (SocketAddr, SimulatorState) {
    let (http, smtp) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let (address, world) = (http.local_addr().unwrap(), SimulatorState::default());
    tokio::spawn(run(http, smtp, world.clone()));
    (address, world)
}

/// A site of the organization `north`, whose provider makes accounts and puts people into a group.
async fn on_site(test: impl AsyncFn(Site, SimulatorState)) {
    let (address, world) = provider().await;
    let issuer = format!("http://{address}/oidc");
    let settings = [
        ("DOCKET_OIDC_PROVIDERS", "campus"),
        ("DOCKET_OIDC_CAMPUS_ISSUER", issuer.as_str()),
        ("DOCKET_OIDC_CAMPUS_CLIENT_ID", CLIENT_ID),
        ("DOCKET_OIDC_CAMPUS_CLIENT_SECRET", CLIENT_SECRET),
        ("DOCKET_OIDC_CAMPUS_NAME", "Campus ID"),
        ("DOCKET_OIDC_CAMPUS_ORGANIZATION", "north"),
        ("DOCKET_OIDC_CAMPUS_DOMAINS", "north.example"),
        ("DOCKET_OIDC_CAMPUS_MAKES_ACCOUNTS", "on"),
        ("DOCKET_OIDC_CAMPUS_GROUPS", "groups=net:network-owners"),
    ];
    on_both_with(&settings, async |site: Site| test(site, world.clone()).await).await;
}

/// Where the provider sends the browser back to, after somebody with these claims signed in there.
async fn sign_in_there(address: &str, claims: &Value) -> String {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    assert_eq!(client.get(address).send().await.unwrap().status(), StatusCode::OK, "{address}");
    let mut form: Vec<(String, String)> = Url::parse(address).unwrap().query_pairs().into_owned().collect();
    form.push(("claims".to_owned(), claims.to_string()));
    let post = Url::parse(address).unwrap().join("/oidc/authorize").unwrap();
    let answer = client.post(post).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    location(&answer).to_owned()
}

fn path_of(address: &str) -> String {
    let url = Url::parse(address).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// To the provider and back; what the site answers then.
async fn through(browser: &Browser, query: &str, claims: &Value) -> Response {
    let begun = click(browser, &format!("/single-sign-on/campus{query}")).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER, "{}", location(&begun));
    let back = sign_in_there(location(&begun), claims).await;
    browser.get(&path_of(&back)).await
}

fn claims(subject: &str, email: &str, verified: bool, groups: &[&str]) -> Value {
    json!({ "sub": subject, "name": "Nora New", "email": email, "email_verified": verified, "groups": groups })
}

async fn me(browser: &Browser) -> Value {
    browser.ask("account/me", json!({})).await
}

/// Follows a link of one of our own pages, as a browser says it.
async fn click(browser: &Browser, path: &str) -> Response {
    let request = browser.client.get(format!("{}{path}", browser.base)).header("accept", "text/html");
    request.header("sec-fetch-site", "same-origin").send().await.unwrap()
}

#[tokio::test]
async fn whoever_comes_for_the_first_time_gets_an_account_and_its_groups() {
    on_site(async |site: Site, world: SimulatorState| {
        let page = site.browser().page("/sign-in").await;
        assert!(page.contains("Sign in with Campus ID") && page.contains("/single-sign-on/campus"), "{page}");
        let browser = site.browser();
        let answer = through(&browser, "?next=/profile", &claims("n1", "nora@north.example", true, &["net"])).await;
        assert_eq!(location(&answer), "/profile");
        let nora = me(&browser).await;
        assert_eq!((&nora["email"], &nora["person"]["name"]), (&json!("nora@north.example"), &json!("Nora New")));
        assert_eq!(nora["organization"]["key"], "north");
        let adele = site.signed_in(ADMINISTRATOR).await;
        let groups = async || {
            let page = adele.ask("people/person", json!({ "id": nora["person"]["id"] })).await;
            page.to_string().contains("Network owners")
        };
        assert!(groups().await, "the claim puts her into the group");
        // The claims of each sign-in count.
        let again = site.browser();
        assert_eq!(through(&again, "", &claims("n1", "nora@north.example", true, &[])).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(me(&again).await["person"]["id"], nora["person"]["id"], "the same account");
        assert!(!groups().await, "and take her out");
        // Her address may change at the provider: the subject is who she is.
        let renamed = site.browser();
        through(&renamed, "", &claims("n1", "other@south.example", true, &[])).await;
        assert_eq!(me(&renamed).await["person"]["id"], nora["person"]["id"]);
        // Signing out ends the provider's session as well.
        let out = again.form("/sign-out", &[]).await;
        let page = out.text().await.unwrap();
        assert!(page.contains("/oidc/end?client_id=docket&amp;post_logout_redirect_uri="), "{page}");
        assert_eq!(me(&again).await, Value::Null);
        let address = page.split("url=").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        let ended = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap().get(&address).send().await.unwrap();
        assert_eq!(location(&ended), format!("{}/sign-in", site.base));
        assert!(world.arrived().iter().any(|arrival| arrival.system == "provider"));
        let filter =
            json!({ "period": "ever", "actor": null, "thing": "person", "thing_id": nora["person"]["id"], "way": null, "text": "" });
        let log = adele.ask("audit/page", json!({ "filter": filter, "after": null })).await;
        let told: Vec<&str> = log["rows"].as_array().unwrap().iter().map(|row| row["words"].as_str().unwrap()).collect();
        assert_eq!(told, ["Person changed", "Person changed", "Sign-in by a provider linked", "Person added"]);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_identity_takes_over_no_account() {
    on_site(async |site: Site, _| {
        for (email, verified, why) in [
            (REQUESTER, false, "unproved"),
            ("nora@south.example", true, "other-domain"),
            ("nora@north.example.evil.example", true, "other-domain"),
            ("nora@north.example", false, "unproved"),
        ] {
            let browser = site.browser();
            let answer = through(&browser, "", &claims(email, email, verified, &[])).await;
            assert_eq!(location(&answer), format!("/sign-in?provider={why}"), "{email}");
            assert_eq!(me(&browser).await, Value::Null);
        }
        // Whoever proved the address is whose it is.
        let rita = site.browser();
        through(&rita, "", &claims("r1", REQUESTER, true, &[])).await;
        assert_eq!(me(&rita).await["email"], REQUESTER);
        // A disabled person does not come in, neither by a linked identity nor by a new one.
        backend::people::disable(&site.backend, REQUESTER, None).await.unwrap();
        for subject in ["r1", "r2"] {
            let browser = site.browser();
            let answer = through(&browser, "", &claims(subject, REQUESTER, true, &[])).await;
            assert_eq!(location(&answer), "/sign-in?provider=elsewhere", "{subject}");
            assert_eq!(me(&browser).await, Value::Null);
        }
    })
    .await;
}

#[tokio::test]
async fn what_comes_back_has_to_belong_to_what_began_here() {
    on_site(async |site: Site, _| {
        let nora = claims("n1", "nora@north.example", true, &[]);
        let refused = async |browser: &Browser, path: &str| {
            let answer = browser.get(path).await;
            assert_eq!(location(&answer), "/sign-in?provider=no-answer", "{path}");
            assert_eq!(me(browser).await, Value::Null);
        };
        let begin = async |browser: &Browser| location(&browser.get("/single-sign-on/campus").await).to_owned();
        // A link of somebody else's sign-in.
        let (attacker, victim) = (site.browser(), site.browser());
        let back = path_of(&sign_in_there(&begin(&attacker).await, &nora).await);
        refused(&victim, &back).await;
        begin(&victim).await;
        refused(&victim, &back).await;
        // Another state, and no state.
        refused(&attacker, &back.replace("state=", "state=x")).await;
        refused(&attacker, &back).await;
        // A code counts once, also at the provider.
        let browser = site.browser();
        let back = path_of(&sign_in_there(&begin(&browser).await, &nora).await);
        assert_eq!(browser.get(&back).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(me(&browser).await["email"], "nora@north.example");
        refused(&site.browser(), &back).await;
        // Claims of another issuer, for another client, of the past, or of another sign-in.
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("another-client")),
            ("exp", json!(1_700_000_000)),
            ("nonce", json!("another sign-in's")),
        ] {
            let browser = site.browser();
            let mut wrong = nora.clone();
            wrong[name] = value;
            let back = sign_in_there(&begin(&browser).await, &wrong).await;
            refused(&browser, &path_of(&back)).await;
        }
        assert_eq!(site.browser().get("/single-sign-on/nobody").await.status(), StatusCode::NOT_FOUND);
        let denied = site.browser();
        let address = Url::parse(&begin(&denied).await).unwrap();
        let state = address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        refused(&denied, &format!("/single-sign-on/campus/return?error=access_denied&state={state}")).await;
    })
    .await;
}

#[tokio::test]
async fn an_identity_is_linked_after_a_fresh_sign_in_and_removed() {
    on_site(async |site: Site, _| {
        let arno = site.signed_in(APPROVER).await;
        let list = arno.ask("account/identities", json!({})).await;
        assert_eq!((list["linked"].as_array().unwrap().len(), &list["is_fresh"]), (0, &json!(true)));
        // Whatever address it has there: he is signed in here.
        let linked = through(&arno, "?link=on", &claims("a1", "arno@home.example", true, &[])).await;
        assert_eq!(location(&linked), "/profile");
        let list = arno.ask("account/identities", json!({})).await;
        assert_eq!((&list["linked"][0]["provider"], &list["linked"][0]["email"]), (&json!("Campus ID"), &json!("arno@home.example")));
        let by_provider = site.browser();
        through(&by_provider, "", &claims("a1", "arno@home.example", true, &[])).await;
        assert_eq!(me(&by_provider).await["email"], APPROVER);
        // It opens one account alone.
        let rita = site.signed_in(REQUESTER).await;
        let taken = through(&rita, "?link=on", &claims("a1", "arno@home.example", true, &[])).await;
        assert_eq!(location(&taken), "/profile?provider=taken");
        assert!(rita.page("/profile?provider=taken").await.contains("already opens another account"));
        // The only way in stays.
        let nora = site.browser();
        through(&nora, "", &claims("n1", "nora@north.example", true, &[])).await;
        let hers = nora.ask("account/identities", json!({})).await;
        let kept = nora.call("account/unlink_identity", json!({ "id": hers["linked"][0]["id"] })).await;
        assert_eq!(kept.status(), StatusCode::CONFLICT);
        // Eleven minutes later the sign-in is too old to link.
        site.clock.advance(chrono::TimeDelta::minutes(11));
        let stale = click(&rita, "/single-sign-on/campus?link=on").await;
        assert_eq!(location(&stale), "/profile?provider=stale");
        assert_eq!(location(&click(&site.browser(), "/single-sign-on/campus?link=on").await), "/sign-in");
        // Another site begins no linking.
        assert_eq!(location(&rita.get("/single-sign-on/campus?link=on").await), "/profile");
        // Removed, it opens nothing; of others it does not exist.
        let id = list["linked"][0]["id"].clone();
        assert_eq!(rita.call("account/unlink_identity", json!({ "id": id })).await.status(), StatusCode::NOT_FOUND);
        let left = arno.ask("account/unlink_identity", json!({ "id": id })).await;
        assert_eq!(left["linked"], json!([]));
    })
    .await;
}
