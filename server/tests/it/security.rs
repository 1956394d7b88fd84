//! Headers, the origin check, limits, files and health.

use crate::harness::{BUILT, REQUESTER, Site, header, on_both, on_both_with};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn a_page_has_a_policy_with_a_nonce_of_its_own_and_its_scripts_carry_it() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let mut nonces = Vec::new();
        for _ in 0..2 {
            let answer = browser.get("/").await;
            let policy = header(&answer, "content-security-policy").to_owned();
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default().to_owned();
            assert!(!nonce.is_empty(), "{policy}");
            assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
            assert!(header(&answer, "cache-control").contains("private"));
            assert!(!header(&answer, "x-request-id").is_empty());
            let text = answer.text().await.unwrap();
            let scripts: Vec<&str> = text.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect();
            assert!(!scripts.is_empty());
            for script in scripts {
                assert!(script.contains(&format!("nonce=\"{nonce}\"")), "<script{script}>");
            }
            assert!(!text.contains(" style=\""), "an inline style would be refused");
            nonces.push(nonce);
        }
        assert_ne!(nonces[0], nonces[1]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_page_has_a_policy_without_a_nonce() {
    on_both(async |site: Site| {
        for path in ["/health/live", "/pkg/0123456789abcdef/docket.css", "/icons.svg", "/live", "/requests"] {
            let answer = site.browser().get(path).await;
            let policy = header(&answer, "content-security-policy");
            assert!(policy.contains("script-src 'self'") && !policy.contains("nonce"), "{path}: {policy}");
        }
    })
    .await;
}

#[tokio::test]
async fn over_tls_cookies_are_secure_and_browsers_are_told_to_stay_there() {
    let variables = [("DOCKET_PUBLIC_URL", "https://docket.example.org"), ("ALLOWED_HOSTS", "127.0.0.1")];
    on_both_with(&variables, async |site: Site| {
        backend::people::set_password(&site.backend, REQUESTER, crate::harness::PASSWORD).await.unwrap();
        let answer = site.browser().sign_in(REQUESTER, crate::harness::PASSWORD, "").await;
        let cookie = header(&answer, "set-cookie");
        assert!(cookie.starts_with("__Host-docket=") && cookie.contains("Secure"), "{cookie}");
        assert!(header(&answer, "strict-transport-security").contains("max-age=31536000"));
    })
    .await;
}

#[tokio::test]
async fn another_site_can_change_nothing_and_call_nothing() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let elsewhere: &[&[(&str, &str)]] = &[
            &[],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", site.base.as_str())],
        ];
        for headers in elsewhere {
            for (method, path) in [
                (Method::POST, "/call/catalog/page"),
                (Method::GET, "/call/catalog/page"),
                (Method::POST, "/sign-in"),
                (Method::POST, "/sign-out"),
                (Method::POST, "/organization"),
                (Method::DELETE, "/"),
            ] {
                let mut request = browser.client.request(method.clone(), format!("{}{path}", site.base));
                for (name, value) in *headers {
                    request = request.header(*name, *value);
                }
                let answer = request.json(&json!({})).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
            }
        }
        assert_eq!(browser.ask("account/me", json!({})).await["email"], REQUESTER, "still signed in");
        let ours = browser.client.post(format!("{}/call/account/me", site.base)).header("sec-fetch-site", "same-origin");
        assert_eq!(ours.json(&json!({})).send().await.unwrap().status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn programs_have_an_address_of_their_own_that_no_cookie_opens() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        for (method, path) in [(Method::GET, "/api"), (Method::GET, "/api/v1/requests"), (Method::POST, "/api/requests/mine")] {
            // A program says nothing of where it comes from.
            let answer = browser.client.request(method.clone(), format!("{}{path}", site.base)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{method} {path}");
            assert_eq!(header(&answer, "content-type"), "application/problem+json");
            assert!(answer.headers().get("set-cookie").is_none(), "{method} {path}");
            let told = answer.json::<Value>().await.unwrap();
            assert_eq!((&told["status"], &told["title"], &told["type"]), (&json!(404), &json!("Not Found"), &json!("about:blank")));
        }
        let heavy = browser.client.post(format!("{}/api/v1/requests", site.base)).body("x");
        assert_eq!(heavy.send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE, "nothing there takes a body");
    })
    .await;
}

#[tokio::test]
async fn a_body_too_large_is_refused() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let answer = browser.call("requests/search_people", json!({ "text": "x".repeat(server::http::BODY_LIMIT) })).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_the_senders_doing() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        let answer = browser.call("requests/page", json!({ "nummer": 1 })).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], "refused");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_does_not_exist_says_so_with_the_true_status() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        for path in ["/nowhere", "/requests/IT-ZZZZ"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            assert!(answer.text().await.unwrap().contains("<html"), "{path}");
        }
        assert_eq!(browser.call("nowhere", json!({})).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn files_are_served_with_their_type_and_nothing_outside_the_folder_is() {
    on_both(async |site: Site| {
        let browser = site.browser();
        let address = format!("/{BUILT}/docket.css");
        let style = browser.get(&address).await;
        assert_eq!(header(&style, "content-type"), "text/css");
        assert_eq!(header(&style, "cache-control"), "public, max-age=31536000, immutable");
        for (understood, encoding, body) in [("gzip, br", "br", "as brotli"), ("gzip", "gzip", "as gzip")] {
            let answer =
                browser.client.get(format!("{}{address}", browser.base)).header("accept-encoding", understood).send().await.unwrap();
            assert_eq!(header(&answer, "content-encoding"), encoding);
            assert_eq!(answer.text().await.unwrap(), body, "as the build left it");
        }
        assert_eq!(header(&browser.get("/icons.svg").await, "content-type"), "image/svg+xml");
        for gone in [format!("/{BUILT}/missing.css"), "/pkg/fedcba9876543210/docket.css".to_owned(), "/pkg/missing.css".to_owned()] {
            let gone = browser.get(&gone).await;
            assert_eq!(gone.status(), StatusCode::NOT_FOUND);
            assert_eq!(header(&gone, "cache-control"), "no-store", "it may be there in a moment");
        }
        assert_eq!(browser.get("/pkg/..%2f..%2fdocket.sqlite").await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_page_says_what_it_will_load_and_is_asked_for_again_each_time() {
    on_both(async |site: Site| {
        let page = site.browser().get("/sign-in").await;
        assert_eq!(header(&page, "cache-control"), "private, no-cache");
        let links: Vec<String> = page.headers().get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        for part in ["split_sign_in", "shared_1"] {
            let link = format!("</{BUILT}/{part}.wasm>; rel=preload; as=fetch; crossorigin; fetchpriority=low");
            assert!(links.contains(&link), "{links:?}");
        }
        let text = page.text().await.unwrap();
        let places =
            ["docket.css", ".woff2", "docket.js", "docket_bg.wasm"].map(|name| text.find(name).unwrap_or_else(|| panic!("no {name}")));
        assert!(places.is_sorted(), "what paints comes before what brings to life");
        assert!(text.contains(&format!("href=\"/{BUILT}/docket_bg.wasm\"")));
    })
    .await;
}

#[tokio::test]
async fn health_is_for_machines() {
    on_both(async |site: Site| {
        let browser = site.browser();
        assert_eq!(browser.get("/health/live").await.text().await.unwrap(), "ok\n");
        let ready = browser.get("/health/ready").await;
        assert_eq!(ready.status(), StatusCode::OK);
        assert_eq!(ready.json::<Value>().await.unwrap()["ready"], true);
    })
    .await;
}
