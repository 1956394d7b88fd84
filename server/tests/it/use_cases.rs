//! Who may do what, over HTTP: every server function, tried by somebody in each role on things of others, and what they are answered. The
//! reviewed text is `use_cases.txt`; `UPDATE_GOLDEN=1 cargo test -p server --test it use_cases` rewrites it.

use crate::access::{ROLES, people};
use crate::arguments::Things;
use crate::harness::{Browser, Site, on_both};
use backend::definitions;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What each use case answers, and whom.
type Answers = BTreeMap<String, Vec<(String, Vec<&'static str>)>>;

/// The use case in words: the server function, and what is done where one does many things.
pub fn name(path: &str, arguments: &Value) -> String {
    match arguments["act"]["do"].as_str() {
        Some(action) => format!("{path} ({action})"),
        None => path.to_owned(),
    }
}

/// What somebody is told; what is wrong with the input alone means that they may.
pub async fn verdict(browser: &Browser, path: &str, arguments: &Value, things: &Things) -> String {
    let answer = browser.call(path, arguments.clone()).await;
    let status = answer.status();
    let text = answer.text().await.unwrap();
    match status {
        StatusCode::OK => "may".to_owned(),
        StatusCode::NOT_FOUND => "does not exist".to_owned(),
        StatusCode::UNPROCESSABLE_ENTITY => "may, with other input".to_owned(),
        StatusCode::CONFLICT => {
            let answer: Value = serde_json::from_str(&text).unwrap();
            let message = answer["refusal"]["message"].as_str().unwrap_or(&text).to_owned();
            // Who was faster says nothing about what one may do.
            let message = message.split("a moment ago. ").last().unwrap_or_default().to_owned();
            let number = |message: String, name: &str| message.replace(things.ids[name].as_str().unwrap(), "IT-0000");
            format!("“{}”", number(number(message, "number"), "waiting"))
        }
        _ => format!("{status}: {text}"),
    }
}

#[tokio::test]
async fn every_role_may_do_what_the_reviewed_table_says() {
    on_both(async |site: Site| {
        site.leaves_work();
        let things = Things::of(&site).await;
        let northern = vec![people("north", include_str!("fixtures/north/people.yaml"))];
        definitions::apply(&site.backend, "north", northern).await.unwrap();
        let mut browsers = Vec::new();
        for role in ROLES.iter().rev() {
            browsers.push((*role, site.signed_in(&format!("{role}@north.example")).await));
        }
        let mut cases = things.arguments();
        // A link is used before somebody revokes it.
        cases.sort_by_key(|(path, _)| !path.starts_with("share/"));
        let mut answers = Answers::new();
        for (path, arguments) in cases {
            // The least powerful first: what they try changes nothing for the others.
            for (role, browser) in &browsers {
                let verdict = verdict(browser, path, &arguments, &things).await;
                let all = answers.entry(name(path, &arguments)).or_default();
                match all.iter_mut().find(|(known, _)| *known == verdict) {
                    Some((_, roles)) if roles.contains(role) => {}
                    Some((_, roles)) => roles.push(role),
                    None => all.push((verdict, vec![role])),
                }
            }
        }
        compare(&answers);
    })
    .await;
}

fn compare(answers: &Answers) {
    let mut text = String::new();
    for (name, verdicts) in answers {
        text.push_str(&format!("{name}\n"));
        for (verdict, roles) in verdicts {
            let whom = if roles.len() == ROLES.len() { "everybody".to_owned() } else { roles.join(", ") };
            text.push_str(&format!("    {verdict}: {whom}\n"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/use_cases.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (now, then)) in text.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(now, then, "use_cases.txt, line {}: if the change is meant, rewrite with UPDATE_GOLDEN=1", number + 1);
    }
    assert!(text == reviewed, "use_cases.txt has another number of lines: if the change is meant, rewrite with UPDATE_GOLDEN=1");
    assert!(answers.len() > 60, "{} use cases", answers.len());
}
