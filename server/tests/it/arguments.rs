//! Arguments of every server function, about things that are there and about such that nobody has.

use crate::harness::{ADMINISTRATOR, APPROVER, REQUESTER, Site};
use crate::submission::{decide, submit};
use backend::{definitions, outbox};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Somebody who was invited.
const GUEST: &str = "guest@elsewhere.example";

/// Things of the north that ids name.
pub struct Things {
    pub ids: BTreeMap<&'static str, Value>,
}

impl Things {
    /// A request that is worked on, with a task, a comment, a share link and a delivery; a draft; a deputy; a held decision.
    pub async fn of(site: &Site) -> Self {
        let hook = "- {key: desk, name: Desk, kind: webhook, settings: {url: 'http://127.0.0.1:9/'}}\n".to_owned();
        let item = format!("{}\nplan:\n  connectors: [desk]\n", include_str!("fixtures/north/items/vpn.yaml"));
        let files = vec![("connectors.yaml".to_owned(), hook), ("items/vpn.yaml".to_owned(), item)];
        definitions::apply(&site.backend, "north", files).await.unwrap();
        let (rita, arno, adele) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await, site.signed_in(ADMINISTRATOR).await);
        let number = submit(&rita, "A secret of the north").await;
        decide(&arno, &number, "approve", "").await;
        deliver_all(site).await;
        let task = json!({ "title": "Look", "description": "", "assignee": null, "due": null, "required": false });
        adele.ask("requests/add_task", json!({ "number": number, "draft": task })).await;
        let page = adele.ask("requests/comment", json!({ "number": number, "draft": { "audience": "internal", "body": "Hm" } })).await;
        let task = page["work"]["tasks"][0]["task"]["id"].clone();
        let shared = adele.ask("requests/share_task", json!({ "id": task, "days": 5 })).await;
        let waiting = submit(&rita, "Another secret of the north").await;
        let one = json!({ "number": waiting, "verdict": "approve", "reason": "", "seen": 1 });
        let held = arno.ask("approvals/decide_many", json!({ "decisions": [one] })).await;
        let draft = rita.ask("requests/open_draft", json!({ "item_key": "vpn" })).await;
        let saved = json!({ "id": draft["id"], "item_key": "vpn", "form_version": draft["form_version"], "answers": { "reason": "begun" }, "step": "why" });
        rita.ask("requests/save_draft", json!({ "draft": saved })).await;
        let deputy = rita.ask("requests/search_people", json!({ "text": "Adele" })).await[0].clone();
        let days = json!({ "to": { "id": deputy["id"], "name": "Adele" }, "since": "2999-01-01", "until": "2999-01-02" });
        assert_eq!(rita.call("account/begin_away", json!({ "answers": days })).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let days = json!({ "to": { "id": deputy["id"], "name": "Adele" }, "since": "2199-01-01", "until": "2199-01-02" });
        let given = rita.ask("account/begin_away", json!({ "answers": days })).await;
        let address = shared[0].as_str().unwrap().to_owned();
        let invited = adele.ask("doors/invite", json!({ "people": { "emails": GUEST, "role": "", "space": null } })).await;
        let handed = invited["handed"][0][1].as_str().unwrap().to_owned();
        let ids = BTreeMap::from([
            ("number", json!(number)),
            ("waiting", json!(waiting)),
            ("delivery", page["deliveries"][0]["id"].clone()),
            ("task", task),
            ("comment", page["work"]["comments"][0]["comment"]["id"].clone()),
            ("share", shared[1]["work"]["tasks"][0]["shares"][0]["id"].clone()),
            ("token", json!(address.rsplit('/').next().unwrap())),
            ("invitation", invited["lines"][0]["id"].clone()),
            ("link", json!(handed.rsplit('/').next().unwrap())),
            ("held", held[0]["held"].clone()),
            ("draft", draft["id"].clone()),
            ("version", draft["form_version"].clone()),
            ("delegation", given["given"][0]["id"].clone()),
            ("person", deputy["id"].clone()),
            ("requester", rita.ask("requests/search_people", json!({ "text": "Rita" })).await[0]["id"].clone()),
            ("group", rita.ask("requests/search_groups", json!({ "text": "Network" })).await[0]["id"].clone()),
            ("entry", adele.ask("audit/page", every_entry()).await["rows"][0]["id"].clone()),
            ("notice", rita.ask("notices/list", json!({ "after": null })).await["rows"].get(0).map_or(json!("1"), |row| row["id"].clone())),
        ]);
        for (name, id) in &ids {
            assert!(id.is_string(), "no {name}: {ids:#?}");
        }
        Self { ids }
    }

    /// The same kinds of ids, which nobody has; people and groups are who they are for somebody who sees them.
    pub fn of_nobody(&self, sees_people: bool) -> Self {
        let nobodys = |name: &str, id: &Value| match (name, id.as_str().unwrap()) {
            ("number", _) => json!("IT-0000"),
            ("waiting", _) => json!("IT-0002"),
            ("person" | "group" | "requester", same) if sees_people => json!(same),
            (_, text) if text.parse::<uuid::Uuid>().is_ok() => json!(uuid::Uuid::now_v7().to_string()),
            (_, text) => json!(text),
        };
        Self { ids: self.ids.iter().map(|(name, id)| (*name, nobodys(name, id))).collect() }
    }

    /// Arguments of every server function, such that they are read.
    pub fn arguments(&self) -> Vec<(&'static str, Value)> {
        let id = |name: &str| self.ids[name].clone();
        let (number, person, task) = (id("number"), id("person"), id("task"));
        let filter =
            json!({ "status": "open", "holder": { "person": person }, "item": "vpn", "due": "late", "text": "rita", "ended": false });
        let after = json!("1700000000000000.00000000-0000-7000-8000-000000000001");
        let new = json!({ "title": "Look", "description": "At it", "assignee": person, "due": "2026-12-24", "required": false });
        let answers = json!({ "reason": "x", "who": { "id": person, "name": "Adele" }, "many": ["a"] });
        let away = json!({ "to": { "id": person, "name": "Adele" }, "since": "2198-12-24", "until": "2198-12-31", "scope": "all", "items": ["x"] });
        let decision = json!({ "number": id("waiting"), "verdict": "reject", "reason": "No", "seen": 1 });
        let draft = json!({ "id": id("draft"), "item_key": "vpn", "form_version": id("version"), "answers": answers, "step": "why" });
        let sent = json!({ "id": id("draft"), "item_key": "vpn", "form_version": id("version"), "answers": answers });
        let act = |act: Value| json!({ "number": number, "act": act, "seen": 3 });
        let profile = json!({ "name": "Adele North", "phone": "", "time_zone": "", "slack_member_id": "", "telegram_chat": "" });
        let connector =
            json!({ "key": "desk", "kind": "webhook", "settings": { "name": "Desk", "url": "http://127.0.0.1:9/" }, "forget": ["x"] });
        let grant = json!({ "subject": { "person": person }, "role": "reviewer", "scope": "organization", "from": null, "until": null });
        let space = json!({ "id": null, "name": "Hall", "parent": null, "contact": "" });
        let seat = json!({ "group": id("group"), "person": person, "roles": ["lead"], "confirmed": false });
        let role = json!({ "key": "", "name": "Night desk", "permissions": ["request"] });
        let key = json!({ "name": "Sync", "kind": "personal", "permissions": ["see_audit"], "scope": "organization", "days": 30 });
        let everybody = json!({ "text": "north", "role": "", "space": null, "group": null, "state": "active" });
        let table = "email,name\nnew@north.example,New\n";
        let hand = json!({ "decisions": person, "work": person, "tasks": person, "rules": person, "groups": [[id("group"), person]], "reason": "x".repeat(501) });
        // An address that cannot be one: nobody is changed by it.
        let described = json!({
            "id": id("requester"), "name": "Rita", "email": "rita", "phone": "", "employee_number": "", "title": "", "manager": person,
            "space": null, "role": "", "role_space": null
        });
        let mut all = vec![
            ("access/give_grant", json!({ "grant": grant })),
            ("access/page", json!({})),
            ("access/preview_grant", json!({ "grant": grant })),
            ("access/remove_role", json!({ "key": "night-desk" })),
            ("access/remove_space", json!({ "id": id("draft") })),
            ("access/save_role", json!({ "role": role, "confirmed": false })),
            ("access/save_space", json!({ "space": space })),
            ("access/take_back", json!({ "id": id("delegation"), "confirmed": false })),
            ("access/who_sees", json!({ "number": number })),
            ("account/away", json!({})),
            ("account/begin_away", json!({ "answers": away })),
            ("account/change_password", json!({ "current": "not the password", "new": "another long password" })),
            ("account/end_away", json!({ "id": id("delegation") })),
            ("account/identities", json!({})),
            ("account/me", json!({})),
            ("account/profile", json!({})),
            ("account/providers", json!({})),
            ("account/resume_away", json!({ "id": id("delegation") })),
            ("account/save_profile", json!({ "profile": profile })),
            ("account/unlink_identity", json!({ "id": id("draft") })),
            ("admin/connector", json!({ "key": "desk", "kind": "webhook" })),
            (
                "admin/console",
                json!({ "filter": { "show": "all", "connector": "desk", "period": "week", "number": number }, "after": after }),
            ),
            ("admin/delivery", json!({ "id": id("delivery") })),
            ("admin/hold", json!({ "connector": "desk", "held": false })),
            ("admin/kinds", json!({})),
            ("admin/preview_template", json!({ "kind": "webhook", "field": "payload", "source": "{}", "number": number })),
            ("admin/replay_since", json!({ "connector": "desk", "since": "2026-01-01T00:00:00Z" })),
            ("admin/save_connector", json!({ "wanted": connector })),
            ("admin/send_now", json!({ "ids": [id("delivery")] })),
            ("admin/skip", json!({ "id": id("delivery") })),
            ("admin/test_connector", json!({ "key": "desk" })),
            ("audit/entry", json!({ "id": id("entry") })),
            ("audit/page", every_entry()),
            ("approvals/decide", json!({ "decision": decision })),
            ("approvals/decide_many", json!({ "decisions": [decision] })),
            ("approvals/dismiss_refused", json!({ "ids": [id("held")] })),
            ("approvals/inbox", json!({ "rows": 50 })),
            ("approvals/leadership", json!({})),
            ("approvals/send_held", json!({ "ids": [id("held")] })),
            ("approvals/undo_held", json!({ "ids": [id("held")] })),
            ("catalog/page", json!({})),
            // First, while the link opens.
            ("doors/link", json!({ "token": id("link") })),
            ("doors/invitations", json!({})),
            ("doors/resend_invitation", json!({ "id": id("invitation") })),
            ("doors/revoke_invitation", json!({ "id": id("invitation") })),
            ("doors/invite", json!({ "people": { "emails": GUEST, "role": "", "space": null } })),
            ("doors/registration", json!({})),
            ("doors/setup", json!({})),
            ("notices/change_mine", json!({ "change": { "switch": { "event": "request_approved", "channel": "email", "on": true } } })),
            ("notices/change_mine", json!({ "change": { "quiet": { "from": "22:00:00", "to": "07:00:00", "urgent_passes": true } } })),
            ("notices/change_ours", json!({ "change": { "carrier": { "channel": "email", "key": "desk" } } })),
            ("notices/list", json!({ "after": after })),
            ("notices/mine", json!({})),
            ("notices/ours", json!({})),
            ("notices/read", json!({ "ids": [id("notice")], "read": true })),
            ("notices/seen", json!({ "number": number })),
            ("organization/change_seat", json!({ "change": seat })),
            ("organization/group", json!({ "key": "it-forms-admins" })),
            ("organization/groups", json!({})),
            ("organization/page", json!({})),
            ("organization/remove_group", json!({ "id": id("draft") })),
            ("organization/save", json!({ "answers": {} })),
            ("organization/save_group", json!({ "group": { "id": null, "name": "Night desk" } })),
            // Too long a reason: nobody leaves by it.
            ("people/disable", json!({ "id": id("requester"), "hand": hand })),
            ("people/enable", json!({ "id": id("requester") })),
            ("people/end_sessions", json!({ "id": id("requester"), "session": "gone" })),
            ("people/erase", json!({ "id": id("requester"), "typed": "no" })),
            ("people/import", json!({ "file": table, "mark": "none" })),
            ("people/page", json!({ "filter": everybody, "after": id("requester") })),
            ("people/person", json!({ "id": id("requester") })),
            ("people/preview_import", json!({ "file": table })),
            ("people/save", json!({ "person": described })),
            ("requests/add_task", json!({ "number": number, "draft": new })),
            ("requests/board", json!({ "filter": filter })),
            ("requests/change_task", json!({ "id": task, "to": "in_progress", "notes": "x" })),
            ("requests/comment", json!({ "number": number, "draft": { "audience": "public", "task": task, "body": "x" } })),
            ("requests/discard_draft", json!({ "id": id("draft") })),
            ("requests/earlier_comments", json!({ "number": number, "at": "2026-01-01T00:00:00Z", "id": id("comment") })),
            ("requests/earlier_events", json!({ "number": number, "before": 2 })),
            ("requests/edit_comment", json!({ "id": id("comment"), "body": "x" })),
            ("requests/edit_task", json!({ "id": task, "draft": new })),
            ("requests/mine", json!({ "filter": "all", "after": after })),
            ("requests/my_tasks", json!({})),
            ("requests/open_draft", json!({ "item_key": "vpn" })),
            ("requests/page", json!({ "number": number })),
            ("requests/page_at", json!({ "number": number, "seq": 1, "seen": false })),
            ("requests/preview_route", json!({ "item_key": "vpn", "answers": answers })),
            ("requests/queue", json!({ "filter": filter, "after": after })),
            ("requests/remove_comment", json!({ "id": id("comment") })),
            ("requests/replay", json!({ "id": id("delivery") })),
            ("requests/restore_comment", json!({ "id": id("comment") })),
            ("requests/restore_draft", json!({ "id": id("draft") })),
            ("requests/revoke_share", json!({ "id": id("share") })),
            ("requests/save_draft", json!({ "draft": draft })),
            ("requests/search_groups", json!({ "text": "net" })),
            ("requests/search_people", json!({ "text": "rita" })),
            ("requests/search_spaces", json!({ "text": "" })),
            ("requests/search_workers", json!({ "text": "adele" })),
            ("requests/share_task", json!({ "id": task, "days": 5 })),
            ("requests/submit_draft", json!({ "draft": sent })),
            ("share/change", json!({ "token": id("token"), "name": "A", "to": "in_progress", "notes": "x" })),
            ("share/comment", json!({ "token": id("token"), "name": "A", "body": "x" })),
            ("share/open", json!({ "token": id("token") })),
            ("tokens/make", json!({ "token": key })),
            ("tokens/page", json!({})),
            ("tokens/revoke", json!({ "id": id("draft") })),
        ];
        for one in [
            json!({ "do": "reroute", "rule": "owners", "to": { "group": id("group") }, "words": "x" }),
            json!({ "do": "assign", "to": { "person": person } }),
            json!({ "do": "schedule", "at": "2026-12-24T09:00:00" }),
            json!({ "do": "complete", "words": "x" }),
            json!({ "do": "cancel", "words": "x" }),
            json!({ "do": "delete", "words": "x" }),
        ] {
            all.push(("requests/act", act(one)));
        }
        all
    }
}

/// Lets a worker do all there is to do, until it is done or has failed for good.
pub async fn deliver_all(site: &Site) {
    while outbox::run_once(&site.backend).await.unwrap() != outbox::WorkerSummary::default() {
        site.clock.advance(TimeDelta::hours(2));
    }
}

/// The first page of the audit log, whenever its entries were made.
fn every_entry() -> Value {
    json!({ "filter": { "text": "", "period": "ever", "actor": null, "thing": null, "thing_id": "", "way": null }, "after": null })
}
