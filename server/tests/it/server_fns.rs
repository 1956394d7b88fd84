//! Every server function and every page: known by name, changed only by POST, closed to strangers.

use crate::harness::{Site, location, on_both};
use app::app::App;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::http::pages::OPEN_TO_STRANGERS;

/// Method and path of every registered server function, in order.
pub fn registered() -> Vec<String> {
    let mut lines: Vec<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")).collect();
    lines.sort();
    lines
}

#[test]
fn the_server_functions_are_those_of_the_reviewed_list() {
    let reviewed = include_str!("server_fns.txt");
    assert_eq!(registered().join("\n") + "\n", reviewed, "a server function came or went: review it, then change server_fns.txt");
}

#[test]
fn none_is_reachable_by_get() {
    for line in registered() {
        assert!(line.starts_with("POST "), "{line} can be called by a link on another site: give it `input = Json`");
    }
}

#[tokio::test]
async fn every_server_function_refuses_a_stranger() {
    on_both(async |site: Site| {
        let stranger = site.browser();
        let mut refused = 0;
        for line in registered() {
            let path = line.trim_start_matches("POST ");
            let answer = stranger.call(path.trim_start_matches("/call/"), json!({})).await;
            if path == "/call/account/me" {
                assert_eq!(answer.status(), StatusCode::OK, "{path}");
                assert_eq!(answer.json::<Value>().await.unwrap(), Value::Null, "{path} tells a stranger something");
                continue;
            }
            if path == "/call/doors/registration" {
                assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "open": [], "by_domain": false }), "{path}");
                continue;
            }
            if path == "/call/doors/setup" {
                assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}: there are organizations");
                continue;
            }
            if path == "/call/account/providers" {
                assert_eq!(answer.json::<Value>().await.unwrap(), json!([]), "{path} names what is set, and nothing is");
                continue;
            }
            if OPEN_TO_STRANGERS.contains(&path) {
                let guess = json!({ "token": "x".repeat(43), "name": "A", "to": "done", "notes": "", "body": "x" });
                let answer = stranger.call(path.trim_start_matches("/call/"), guess).await;
                assert_eq!(answer.status(), StatusCode::CONFLICT, "{path}");
                assert!(answer.text().await.unwrap().contains("does not open anything"), "{path} tells a stranger something");
                continue;
            }
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "error": "signed_out" }), "{path}");
            refused += 1;
        }
        assert_eq!(refused + OPEN_TO_STRANGERS.len(), registered().len());
        let reviewed = [
            "/call/account/me",
            "/call/account/providers",
            "/call/share/open",
            "/call/share/change",
            "/call/share/comment",
            "/call/doors/link",
            "/call/doors/registration",
            "/call/doors/setup",
        ];
        assert_eq!(OPEN_TO_STRANGERS, reviewed, "a new exception needs a review");
    })
    .await;
}

#[tokio::test]
async fn every_page_sends_a_stranger_to_the_sign_in_page() {
    on_both(async |site: Site| {
        let stranger = site.browser();
        let pages = leptos_axum::generate_route_list(App);
        assert!(pages.len() > 5, "the routes are listed");
        for page in pages {
            let path = page
                .path()
                .replace("{item}", "vpn")
                .replace("{number}", "IT-7F3K")
                .replace("{token}", "guess")
                .replace("{key}", "desk")
                .replace("{kind}", "webhook")
                .replace("{id}", "01900000-0000-7000-8000-000000000001")
                .replace("{part}", "organization");
            assert!(!path.contains('{'), "give a value to the parameter of {path}");
            let answer = stranger.get(&path).await;
            if ["/sign-in", "/forgot-password", "/register"].contains(&path.as_str()) {
                assert_eq!(answer.status(), StatusCode::OK);
            } else if ["/share/guess", "/reset-password/guess", "/join/guess"].contains(&path.as_str()) {
                assert_eq!(answer.status(), StatusCode::NOT_FOUND);
                let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
                assert_eq!([header("cache-control"), header("referrer-policy")], ["no-store", "no-referrer"]);
                assert!(header("x-robots-tag").contains("noindex"));
            } else {
                assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
                assert!(location(&answer).starts_with("/sign-in"), "{path}");
            }
        }
        assert_eq!(stranger.get("/live").await.status(), StatusCode::UNAUTHORIZED);
        for path in ["/sign-out", "/sign-out-everywhere", "/organization"] {
            let answer = stranger.form(path, &[("key", "north")]).await;
            assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/sign-in"), "{path}");
        }
    })
    .await;
}
