//! Who reaches what from where: every server function, the pages and the live stream, tried about a request of one space by somebody in each
//! built-in role who holds it over that space, over the space beside it, in another organization, and by nobody at all. The reviewed text
//! is `scopes.txt`; `UPDATE_GOLDEN=1 cargo test -p server --test it scopes` rewrites it.

use crate::access::{ROLES, people};
use crate::arguments::Things;
use crate::harness::{Browser, REQUESTER, Site, on_both};
use crate::live::Stream;
use crate::use_cases::{name, verdict};
use backend::definitions;
use backend::live::LiveChange;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// From where somebody asks, in the order in which they try: those who may change something last.
const SIDES: [&str; 4] = ["signed out", "other organization", "sibling space", "own space"];

/// What is tried, what each side is told, and in which roles.
type Answers = BTreeMap<String, BTreeMap<&'static str, Vec<(String, Vec<&'static str>)>>>;

fn note(answers: &mut Answers, what: &str, side: &'static str, verdict: String, role: &'static str) {
    let told = answers.entry(what.to_owned()).or_default().entry(side).or_default();
    match told.iter_mut().find(|(known, _)| *known == verdict) {
        Some((_, roles)) if roles.contains(&role) => {}
        Some((_, roles)) => roles.push(role),
        None => told.push((verdict, vec![role])),
    }
}

/// The requester belongs to one space; a person for each role holds it over that one, and another over the one beside it.
async fn settle(site: &Site) {
    let requesters = include_str!("fixtures/north/people.yaml").replace("title: Engineer\n", "title: Engineer\n  space: main\n");
    let (mut kept, mut grants) = (requesters, String::new());
    for role in ROLES {
        for (who, space) in [("own", "main"), ("beside", "annex")] {
            let email = format!("{role}-{who}@north.example");
            writeln!(kept, "- {{email: {email}, name: {role} {who}, title: Tester, roles: []}}").unwrap();
            writeln!(grants, "- {{person: {email}, role: {role}, space: {space}}}").unwrap();
        }
    }
    let spaces = "- {key: main, name: Main}\n- {key: annex, name: Annex}\n".to_owned();
    let files = [("spaces.yaml", spaces), ("people.yaml", kept), ("grants.yaml", grants)];
    definitions::apply(&site.backend, "north", files.map(|(path, text)| (path.to_owned(), text)).to_vec()).await.unwrap();
    let southern = vec![people("south", include_str!("fixtures/south/people.yaml"))];
    definitions::apply(&site.backend, "south", southern).await.unwrap();
}

/// Everybody who tries, by side; the least powerful first.
async fn browsers(site: &Site) -> Vec<(&'static str, &'static str, Browser)> {
    let mut all = vec![(SIDES[0], "everybody", site.browser())];
    for (side, address) in [(SIDES[1], "@south.example"), (SIDES[2], "-beside@north.example"), (SIDES[3], "-own@north.example")] {
        for role in ROLES.iter().rev() {
            all.push((side, *role, site.signed_in(&format!("{role}{address}")).await));
        }
    }
    all
}

#[tokio::test]
async fn every_role_reaches_what_the_reviewed_matrix_says() {
    on_both(async |site: Site| {
        site.leaves_work();
        settle(&site).await;
        let things = Things::of(&site).await;
        let number = things.ids["number"].as_str().unwrap().to_owned();
        let browsers = browsers(&site).await;
        let mut answers = Answers::new();
        for (side, role, browser) in &browsers {
            for page in ["/work", "/leadership", "/tasks", "/connectors", "/people", "/access", &format!("/requests/{number}")] {
                let status = browser.get(page).await.status();
                note(&mut answers, &format!("page {}", page.replace(&number, "IT-0000")), side, status.to_string(), role);
            }
        }
        listen(&site, &number, &browsers, &mut answers).await;
        let mut cases = things.arguments();
        // A link is used before somebody revokes it.
        cases.sort_by_key(|(path, _)| !path.starts_with("share/"));
        for (path, arguments) in cases {
            for (side, role, browser) in &browsers {
                let told = if *side == SIDES[0] {
                    browser.call(path, arguments.clone()).await.status().to_string()
                } else {
                    verdict(browser, path, &arguments, &things).await
                };
                note(&mut answers, &name(path, &arguments), side, told, role);
            }
        }
        compare(&answers);
    })
    .await;
}

/// Who hears of a change of the request over the live stream.
async fn listen(site: &Site, number: &str, browsers: &[(&'static str, &'static str, Browser)], answers: &mut Answers) {
    let rita = site.signed_in(REQUESTER).await;
    let mut streams = Vec::new();
    for (side, role, browser) in browsers {
        if *side == SIDES[0] {
            note(answers, "live stream", side, browser.get("/live").await.status().to_string(), role);
            continue;
        }
        let mut stream = Stream::open(browser).await;
        // What every stream begins with.
        for _ in 0..2 {
            stream.next().await.unwrap();
        }
        streams.push((side, role, stream));
    }
    rita.ask("requests/comment", json!({ "number": number, "draft": { "audience": "public", "body": "Any news?" } })).await;
    // Ends every stream, after what was said before.
    site.backend.live().announce(LiveChange::Everything);
    for (side, role, mut stream) in streams {
        let mut hears = false;
        while let Some((_, event)) = stream.next().await {
            hears |= event["number"] == number;
        }
        note(answers, "live stream", side, if hears { "hears" } else { "hears nothing" }.to_owned(), role);
    }
}

fn compare(answers: &Answers) {
    let mut text = String::new();
    for (what, sides) in answers {
        writeln!(text, "{what}").unwrap();
        for side in SIDES.iter().rev() {
            let Some(told) = sides.get(side) else { continue };
            for (verdict, roles) in told {
                let all = roles.len() == ROLES.len() || roles == &["everybody"];
                let whom = if all { "everybody".to_owned() } else { roles.join(", ") };
                writeln!(text, "    {side}: {verdict}: {whom}").unwrap();
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scopes.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (now, then)) in text.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(now, then, "scopes.txt, line {}: if the change is meant, rewrite with UPDATE_GOLDEN=1", number + 1);
    }
    assert!(text == reviewed, "scopes.txt has another number of lines: if the change is meant, rewrite with UPDATE_GOLDEN=1");
}
