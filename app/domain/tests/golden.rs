//! The tables of Docket, compared with the reviewed text in `golden/`. `UPDATE_GOLDEN=1 cargo test -p domain --test golden` rewrites it.

mod office;

use domain::approvals::machine::{self, ApprovalCase};
use domain::approvals::{Approval, ApproverVerdict, StageRequirement};
use domain::audit::AUDIT_KINDS;
use domain::notices::{CHANNELS, NOTICES, NoticeChannel, NoticeChoices, NoticeDefaults, NoticeSwitch, QuietTime};
use domain::people::Facts;
use domain::permission::{GROUP_ROLES, PERMISSIONS, ROLES, SPACE_ROLES, granted, label};
use domain::refusal::Refusal;
use domain::requests::actions::document;
use domain::requests::{diagram, lifecycle};
use domain::sections::landing;
use office::*;
use std::fmt::Write;
use std::path::Path;

fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("written");
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (now, then)) in text.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(now, then, "{name}, line {}: if the change is meant, rewrite with UPDATE_GOLDEN=1", number + 1);
    }
    assert!(text == reviewed, "{name} has another number of lines: if the change is meant, rewrite with UPDATE_GOLDEN=1");
}

/// Each permission with the roles that grant it; in a group or over a space, where a role grants it to those who hold it so.
#[test]
fn permissions() {
    let mut text = String::new();
    for (permission, name) in PERMISSIONS {
        let everywhere = ROLES.iter().map(|(role, _, _)| *role).filter(|role| granted(&[(*role).to_owned()], *permission));
        let grouped =
            GROUP_ROLES.iter().filter(|(_, allowed)| allowed.contains(permission)).map(|(role, _)| format!("{role} (in a group)"));
        let spaced = SPACE_ROLES.iter().filter(|(_, more)| more.contains(permission)).map(|(role, _)| format!("{role} (over a space)"));
        let roles: Vec<String> = everywhere.map(str::to_owned).chain(grouped).chain(spaced).collect();
        writeln!(text, "{name:<22}{}", roles.join(", ")).unwrap();
    }
    text.push_str("\nrole                  word on screen\n");
    for (role, _, _) in ROLES {
        writeln!(text, "{role:<22}{}", label(&[(*role).to_owned()])).unwrap();
    }
    compare("permission.txt", &text);
}

/// Who is told of what, and on which channels unless somebody switches them. Times show what quiet hours from 19:00 to 07:30 do at 22:00.
#[test]
fn notices() {
    let choices = |urgent_passes| NoticeChoices {
        quiet: Some(QuietTime { from: time("19:00:00"), to: time("07:30:00"), urgent_passes }),
        ..NoticeChoices::default()
    };
    let at = "2026-11-23T22:00:00".parse().unwrap();
    let mut text = format!("{:<29}{:<38}{:<38}{:<18}at night, urgent let through\n", "event", "told", "channels", "at night");
    for told in NOTICES {
        let people: Vec<String> = told.parts.iter().map(|part| format!("{part:?}")).collect();
        let on: Vec<&str> = CHANNELS
            .into_iter()
            .filter(|one| NoticeChoices::default().reached(&NoticeDefaults::default(), told, *one))
            .map(NoticeChannel::label)
            .collect();
        let sent = |passes| {
            choices(passes).put_off(told, NoticeChannel::Email, at).map_or("at once".to_owned(), |at| at.format("at %H:%M").to_string())
        };
        writeln!(text, "{:<29}{:<38}{:<38}{:<18}{}", told.key, people.join(", "), on.join(", "), sent(false), sent(true)).unwrap();
    }
    text.push_str("\norganization     person   reached\n");
    let told = domain::notices::find("request_approved").unwrap();
    for (word, switch) in [
        ("on", NoticeSwitch { on: true, locked: false }),
        ("off", NoticeSwitch { on: false, locked: false }),
        ("on, locked", NoticeSwitch { on: true, locked: true }),
        ("off, locked", NoticeSwitch { on: false, locked: true }),
    ] {
        for own in [None, Some(true), Some(false)] {
            let mut defaults = NoticeDefaults::default();
            defaults.set(told, NoticeChannel::Email, switch);
            let mut choices = NoticeChoices::default();
            if let Some(on) = own {
                choices.own.entry(told.key.to_owned()).or_default().insert(NoticeChannel::Email, on);
            }
            let reached = if choices.reached(&defaults, told, NoticeChannel::Email) { "yes" } else { "no" };
            writeln!(text, "{word:<17}{:<9}{reached}", own.map_or("-", |on| if on { "on" } else { "off" })).unwrap();
        }
    }
    compare("notices.txt", &text);
}

fn time(text: &str) -> chrono::NaiveTime {
    text.parse().expect("a time")
}

/// Where each role begins: with nothing to decide, and with something. A role held in a group counts for who leads.
#[test]
fn landings() {
    let facts = |role: &str| Facts {
        memberships: match role {
            "it-forms-admin" => vec![domain::people::Membership { group: office::group(), roles: vec![role.to_owned()] }],
            _ => Vec::new(),
        },
        roles: vec![role.to_owned()],
        ..requester()
    };
    let mut text = format!("{:<16}{:<24}something to decide\n", "role", "nothing to decide");
    for (role, _, _) in ROLES {
        let facts = facts(role);
        writeln!(text, "{role:<16}{:<24}{}", landing(&facts, 0).to_string(), landing(&facts, 2)).unwrap();
    }
    compare("landing.txt", &text);
}

#[test]
fn lifecycle_table() {
    compare("lifecycle.txt", &lifecycle::print_table());
}

#[test]
fn lifecycle_page() {
    compare("../../../../docs/lifecycle.md", &diagram::page());
}

#[test]
fn actions_page() {
    compare("../../../../docs/actions.md", &document::print_page());
}

fn case(approval: &Approval) -> ApprovalCase<'_> {
    ApprovalCase { approval, requester: requester().person.id, item: domain::id::ItemId(uuid::Uuid::from_u128(1001)), now: at(41) }
}

const VERDICTS: [(ApproverVerdict, &str); 3] =
    [(ApproverVerdict::Approve, "approves"), (ApproverVerdict::Reject, "declines"), (ApproverVerdict::AskForChanges, "asks for changes")];

/// Who is eligible for what, then every decision from every state that two rules can be in.
#[test]
fn approvals() {
    let nothing = Approval::default();
    let mut text = String::from("Who may decide a rule (Jonas Weber is the requester)\n\n");
    write!(text, "{:<16}", "").unwrap();
    let rules = [by_ruth(), by_group(), by_lead(), by_admins(), by_requester()];
    for rule in &rules {
        write!(text, "{:<10}", rule.key).unwrap();
    }
    text = text.trim_end().to_owned() + "\n";
    for facts in everybody() {
        write!(text, "{:<16}", facts.person.name).unwrap();
        for rule in &rules {
            write!(text, "{:<10}", if machine::eligible(&case(&nothing), rule, &facts) { "yes" } else { "-" }).unwrap();
        }
        text = text.trim_end().to_owned() + "\n";
    }
    for (require, rules) in [
        (StageRequirement::All, vec![]),
        (StageRequirement::All, vec![by_ruth()]),
        (StageRequirement::All, vec![by_ruth(), by_group()]),
        (StageRequirement::All, vec![by_group(), by_lead()]),
        (StageRequirement::Any, vec![by_ruth(), by_group()]),
        (StageRequirement::Any, vec![by_group(), by_lead()]),
        (StageRequirement::All, vec![by_admins()]),
        (StageRequirement::AtLeast(2), vec![by_ruth(), by_group(), by_lead()]),
    ] {
        let keys: Vec<_> = rules.iter().map(|rule| rule.key.as_str()).collect();
        writeln!(text, "\n{require:?} of [{}]\n", keys.join(", ")).unwrap();
        walk(&mut text, &Approval::of_one_stage(require, rules), 0);
    }
    compare("approvals.txt", &text);
}

/// Prints what each person's each verdict leads to, and goes on from there.
fn walk(text: &mut String, approval: &Approval, depth: usize) {
    for facts in everybody() {
        for (verdict, word) in VERDICTS {
            // Who cannot decide at all is the same for each verdict: one line says it.
            let result = machine::decide(&case(approval), &facts, None);
            if result.is_err() && verdict != ApproverVerdict::Approve {
                continue;
            }
            let indent = "    ".repeat(depth);
            match result {
                Ok(right) => {
                    let given = || machine::record(approval, &right.rules, &facts.person, &right.on_behalf_of, verdict, "A reason", at(41));
                    let next = if verdict == ApproverVerdict::AskForChanges { approval.clone() } else { given() };
                    let open: Vec<_> = machine::open_rules(&next).into_iter().map(|rule| rule.key.as_str()).collect();
                    let outcome = match verdict {
                        ApproverVerdict::AskForChanges => "changes asked".to_owned(),
                        ApproverVerdict::Reject => "rejected".to_owned(),
                        ApproverVerdict::Approve if machine::approved(&next) => "approved".to_owned(),
                        ApproverVerdict::Approve => format!("waits for {}", open.join(", ")),
                    };
                    text.push_str(&format!("{indent}{} {word}: {outcome}\n", facts.person.name));
                    if next != *approval {
                        walk(text, &next, depth + 1);
                    }
                }
                // Not an approver before anything was decided, not an approver after.
                Err(Refusal::NotNow { .. }) if depth > 0 => {}
                Err(refusal) => text.push_str(&format!("{indent}{}: {}\n", facts.person.name, words(&facts, &refusal))),
            }
        }
    }
}

fn words(facts: &Facts, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Conflict { message } => format!("conflict: {message}"),
        Refusal::NotNow { message } => format!("no: {message}"),
        other => panic!("{}: {other:?}", facts.person.name),
    }
}

/// What the audit log knows of: each kind with its words and what it is about.
#[test]
fn audit() {
    let mut text = String::new();
    for (_, name, words, thing) in AUDIT_KINDS {
        writeln!(text, "{name:<24}{words:<38}{}", thing.name()).unwrap();
    }
    compare("audit.txt", &text);
}
