//! The border: which hosts are answered for, and whose word about the caller counts.

use crate::harness::{APPROVER, Browser, PASSWORD, REQUESTER, Site, location, on_both, on_both_with};
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The head of the answer to these bytes.
async fn raw(site: &Site, request: &str) -> String {
    let mut stream = TcpStream::connect(site.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    String::from_utf8_lossy(&read).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split_whitespace().nth(1).unwrap_or(answer)
}

#[tokio::test]
async fn only_our_own_host_is_answered_for() {
    on_both(async |site: Site| {
        let ours = site.base.trim_start_matches("http://").to_owned();
        let ask = async |start: &str, headers: &str| raw(&site, &format!("{start}\r\n{headers}connection: close\r\n\r\n")).await;
        let port = ours.rsplit(':').next().unwrap();
        for host in [ours.clone(), format!("localhost:{port}"), format!("[::1]:{port}"), format!("LOCALHOST.:{port}")] {
            assert_eq!(status(&ask("GET /sign-in HTTP/1.1", &format!("host: {host}\r\n")).await), "200", "{host}");
        }
        for path in ["/sign-in", "/", "/share/guess", "/live", "/pkg/0123456789abcdef/docket.css", "/icons.svg", "/nowhere"] {
            let answer = ask(&format!("GET {path} HTTP/1.1"), "host: evil.example\r\n").await;
            assert_eq!(status(&answer), "421", "{path}");
            assert!(answer.contains("ALLOWED_HOSTS") && !answer.contains("set-cookie"), "{answer}");
        }
        for (start, headers) in [
            ("GET /sign-in HTTP/1.1", "host: evil.example\r\nhost: 127.0.0.1\r\n".to_owned()),
            ("GET /sign-in HTTP/1.1", format!("host: {ours}\r\nhost: {ours}\r\n")),
            ("GET http://evil.example/sign-in HTTP/1.1", format!("host: {ours}\r\n")),
            ("GET /sign-in HTTP/1.0", String::new()),
            ("GET /sign-in HTTP/1.1", "host: a@127.0.0.1\r\n".to_owned()),
        ] {
            assert_eq!(status(&ask(start, &headers).await), "400", "{start} {headers}");
        }
        // Machines ask for health by address.
        assert_eq!(status(&ask("GET /health/live HTTP/1.1", "host: 10.1.2.3:3000\r\n").await), "200");
        assert_eq!(status(&ask("GET /health/live HTTP/1.0", "").await), "200");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_made_its_own_name_lead_here_signs_nobody_in_and_calls_nothing() {
    on_both(async |site: Site| {
        let browser = site.signed_in(REQUESTER).await;
        for (host, origin) in [("evil.example", "http://evil.example"), ("127.0.0.1:9", "http://evil.example")] {
            for path in ["/sign-in", "/call/account/me", "/call/share/open", "/sign-out"] {
                let request = browser.client.post(format!("{}{path}", site.base)).header("host", host).header("origin", origin);
                let answer = request.header("sec-fetch-site", "same-origin").json(&json!({})).send().await.unwrap();
                assert!([StatusCode::MISDIRECTED_REQUEST, StatusCode::FORBIDDEN].contains(&answer.status()), "{path} {host}");
            }
        }
        assert_eq!(browser.ask("account/me", json!({})).await["email"], REQUESTER, "still signed in");
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_listed_is_as_good_as_the_public_one() {
    let listed = [("DOCKET_PUBLIC_URL", "https://docket.example.org"), ("ALLOWED_HOSTS", "127.0.0.1,.example.net")];
    on_both_with(&listed, async |site: Site| {
        for (host, expected) in [("docket.example.org", 200), ("help.example.net", 200), ("example.org", 421), ("localhost", 421)] {
            let answer = site.browser().client.get(format!("{}/sign-in", site.base)).header("host", host).send().await.unwrap();
            assert_eq!(answer.status(), expected, "{host}");
        }
        let elsewhere = site.browser().client.post(format!("{}/call/account/me", site.base)).header("host", "help.example.net");
        let answer = elsewhere.header("origin", "https://help.example.net").json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    })
    .await;
}

/// Tries a password as a caller that sends this forwarding header.
async fn guess(browser: &Browser, email: &str, password: &str, forwarded: &str) -> String {
    let request = browser.client.post(format!("{}/sign-in", browser.base)).header("origin", &browser.base);
    let answer = request.header("x-forwarded-for", forwarded).form(&[("email", email), ("password", password)]).send().await.unwrap();
    location(&answer).to_owned()
}

#[tokio::test]
async fn a_caller_has_no_more_tries_for_writing_itself_another_address() {
    // The test's own address is no trusted proxy: whatever it writes is its own word.
    on_both(async |site: Site| {
        let browser = site.browser();
        let mut waits = 0;
        for n in 0..25 {
            let answer = guess(&browser, &format!("p{n}@north.example"), "not the password", &format!("198.51.100.{n}")).await;
            waits += usize::from(answer.contains("error=wait"));
        }
        assert_eq!(waits, 5, "twenty tries from one address");
    })
    .await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_everybody_is_counted_alone_and_nobody_twice() {
    on_both_with(&[("DOCKET_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")], async |site: Site| {
        let browser = site.browser();
        let mut waits = 0;
        for n in 0..25 {
            // One place in every form there is: a port, a proxy of ours behind, words of the caller before, any address of a /64.
            let entry = match n % 4 {
                0 => format!("[2001:db8::{n:x}]:{}", 4000 + n),
                1 => format!("2001:db8::ffff:{n:x}, 10.0.0.7"),
                2 => format!("203.0.113.{n}, 2001:0DB8:0:0:{n:x}::1"),
                _ => format!("{}, 2001:db8::{n:x}", "x".repeat(20_000)),
            };
            waits += usize::from(guess(&browser, &format!("p{n}@north.example"), "not the password", &entry).await.contains("error=wait"));
        }
        assert_eq!(waits, 5, "twenty tries from one place");
        backend::people::set_password(&site.backend, APPROVER, PASSWORD).await.unwrap();
        assert_eq!(guess(&browser, APPROVER, PASSWORD, "198.51.100.4").await, "/", "another place has its own tries");
    })
    .await;
}
