//! The doors over HTTP: plain forms that work without script, sign in, and tell nobody who has an account.

use crate::harness::{ADMINISTRATOR, PASSWORD, REQUESTER, Site, header, location, on_both, on_empty};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

const SETUP: [(&str, &str); 7] = [
    ("organization", "Harbor Works"),
    ("key", ""),
    ("time_zone", "Europe/Berlin"),
    ("start", "starter"),
    ("name", "Nadia Costa"),
    ("email", "nadia@harbor.example"),
    ("password", PASSWORD),
];

fn setup_form<'a>(code: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = SETUP.to_vec();
    form.push(("code", code));
    for (key, value) in changed {
        form.iter_mut().filter(|(known, _)| known == key).for_each(|field| field.1 = value);
    }
    form
}

#[tokio::test]
async fn a_new_server_is_set_up_once_without_script_and_leads_to_its_catalog() {
    on_empty(async |site: Site| {
        let browser = site.browser();
        for page in ["/", "/sign-in", "/requests"] {
            assert_eq!(location(&browser.get(page).await), "/setup", "{page}");
        }
        let page = browser.page("/setup").await;
        assert!(page.contains("Code from the log") && page.contains("5 services with forms and approvals"));
        let code = backend::doors::begin_setup(&site.backend).await.unwrap().unwrap();
        let wrong = browser.form("/setup", &setup_form("2222-2222", &[])).await;
        let again = location(&wrong).to_owned();
        assert!(again.starts_with("/setup?error=code&organization=Harbor%20Works&"), "{again}");
        assert!(again.contains("email=nadia%40harbor.example") && !again.contains("password") && !again.contains("2222"), "{again}");
        let page = browser.page(&again).await;
        assert!(page.contains("This is not the code") && page.contains("value=\"Nadia Costa\""), "what was filled in comes back");
        let short = browser.form("/setup", &setup_form(&code, &[("password", "short")])).await;
        assert!(location(&short).starts_with("/setup?error=password&"), "{}", location(&short));

        // In two tabs, and through another server at once: there is one organization.
        let (other, second) = (site.browser(), site.another().await);
        let elsewhere = second.browser();
        let typed = code.to_lowercase().replace('-', " ");
        let form = setup_form(&typed, &[]);
        let (one, two, three) = tokio::join!(browser.form("/setup", &form), other.form("/setup", &form), elsewhere.form("/setup", &form));
        let mut led: Vec<&str> = [&one, &two, &three].map(location).to_vec();
        led.sort_unstable();
        assert_eq!(led, ["/?welcome=yes", "/sign-in", "/sign-in"]);
        assert_eq!(backend::people::organizations(&site.backend).await.unwrap().len(), 1);
        for one in [&site, &second] {
            assert_eq!(location(&one.browser().get("/setup").await), "/sign-in");
            let again = one.browser().form("/setup", &form).await;
            assert_eq!(location(&again), "/sign-in", "it is gone for ever");
        }
        assert_eq!(backend::doors::begin_setup(&site.backend).await.unwrap(), None);

        let nadia = site.browser();
        assert_eq!(location(&nadia.sign_in("nadia@harbor.example", PASSWORD, "").await), "/work");
        let me = nadia.ask("account/me", json!({})).await;
        assert_eq!((me["organization"]["name"].as_str(), me["organization"]["key"].as_str()), (Some("Harbor Works"), Some("harbor-works")));
        assert_eq!((me["role_label"].as_str(), me["time_zone"].as_str()), (Some("Administrator"), Some("Europe/Berlin")));
        let catalog = nadia.page("/?welcome=yes").await;
        assert!(catalog.contains("Access to a system") && catalog.contains("Invite people"), "what comes next is said");
        let words: Vec<Value> = entries(&nadia).await;
        assert!(words.contains(&json!("Organization set up")) && words.contains(&json!("Person added")), "{words:?}");
    })
    .await;
}

async fn entries(browser: &crate::harness::Browser) -> Vec<Value> {
    let filter = json!({ "text": "", "period": "ever", "actor": null, "thing": null, "thing_id": "", "way": null });
    let page = browser.ask("audit/page", json!({ "filter": filter, "after": null })).await;
    page["rows"].as_array().unwrap().iter().map(|row| row["words"].clone()).collect()
}

#[tokio::test]
async fn a_server_can_be_set_up_with_an_empty_catalog_and_a_code_is_not_guessed() {
    on_empty(async |site: Site| {
        let browser = site.browser();
        let code = backend::doors::begin_setup(&site.backend).await.unwrap().unwrap();
        for _ in 0..10 {
            assert!(location(&browser.form("/setup", &setup_form("2222-2222", &[])).await).starts_with("/setup?error=code"));
        }
        let right = setup_form(&code, &[("start", "empty"), ("key", "hw")]);
        assert!(location(&browser.form("/setup", &right).await).starts_with("/setup?error=wait&seconds="));
        site.clock.advance(TimeDelta::minutes(20));
        assert_eq!(location(&browser.form("/setup", &right).await), "/?welcome=yes");
        assert_eq!(browser.ask("catalog/page", json!({})).await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn an_invited_person_becomes_a_member_by_a_plain_form_and_is_signed_in() {
    on_both(async |site: Site| {
        let adele = site.signed_in(ADMINISTRATOR).await;
        assert!(adele.page("/people/invitations").await.contains("Nobody was invited yet"));
        let invited =
            adele.ask("doors/invite", json!({ "people": { "emails": "guest@elsewhere.example", "role": "", "space": null } })).await;
        let link = invited["handed"][0][1].as_str().unwrap().trim_start_matches(&site.base).to_owned();
        let secret = link.trim_start_matches("/join/").to_owned();
        let guest = site.browser();
        let answer = guest.get(&link).await;
        assert_eq!(["cache-control", "referrer-policy"].map(|name| header(&answer, name)), ["no-store", "no-referrer"]);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Join North") && page.contains("guest@elsewhere.example"), "{page}");
        let short = guest.form("/join", &[("secret", &secret), ("name", "Gus Guest"), ("password", "short")]).await;
        let again = location(&short).to_owned();
        assert_eq!(again, format!("{link}?error=password&name=Gus%20Guest"));
        assert!(guest.page(&again).await.contains("value=\"Gus Guest\""));
        let done = guest.form("/join", &[("secret", &secret), ("name", "Gus Guest"), ("password", PASSWORD)]).await;
        assert_eq!((done.status(), location(&done)), (StatusCode::SEE_OTHER, "/"));
        assert_eq!(guest.ask("account/me", json!({})).await["person"]["name"], "Gus Guest");
        assert_eq!(site.browser().get(&link).await.status(), StatusCode::NOT_FOUND, "once");
        let words = adele.ask("doors/invitations", json!({})).await;
        assert_eq!((words["lines"][0]["state"].as_str(), words["handed"].clone()), (Some("used"), json!([])));
        // Another site cannot make a browser join, ask or reset.
        for form in ["/join", "/forgot-password", "/reset-password", "/setup"] {
            let sent = site.browser().client.post(format!("{}{form}", site.base)).header("origin", "https://evil.example");
            assert_eq!(sent.form(&[("secret", "x")]).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{form}");
        }
    })
    .await;
}

#[tokio::test]
async fn asking_for_a_new_password_says_the_same_to_everybody() {
    on_both(async |site: Site| {
        site.signed_in(REQUESTER).await;
        let browser = site.browser();
        assert!(browser.page("/sign-in").await.contains("Forgot your password?"));
        for email in [REQUESTER, "nobody@north.example"] {
            let answer = browser.form("/forgot-password", &[("email", email)]).await;
            assert_eq!(location(&answer), format!("/forgot-password?sent=yes&email={}", email.replace('@', "%40")));
            assert!(browser.page(location(&answer)).await.contains("a message with a link is on its way"));
        }
        let wrong = browser.form("/forgot-password", &[("email", "no address")]).await;
        assert_eq!(location(&wrong), "/forgot-password?error=email&email=no%20address");
        let closed = browser.form("/reset-password", &[("secret", &"x".repeat(43)), ("password", PASSWORD)]).await;
        assert_eq!(location(&closed), format!("/reset-password/{}?error=closed", "x".repeat(43)));
        assert_eq!(browser.get(location(&closed)).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}
