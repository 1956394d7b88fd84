//! What servers keep in memory of an organization: another server's change counts for the very next submission.

use crate::harness::{World, on_both};
use crate::requests::{answers, refusal};
use backend::{Caller, people, requests};
use domain::Refusal;
use domain::id::RequestId;
use domain::people::Profile;
use domain::requests::Status;
use domain::requests::wire::{RequestPage, SaveDraft, SubmissionOutcome, SubmitDraft};
use serde_json::{Value, json};
use uuid::Uuid;

const NOTE: &str = "key: note\nname: Note\ndescription: A note.\nicon: file\ncategory: Help\nprefix: N\nform: note\n";

/// A server that has filed a request before, and somebody it knows since then.
struct Warm {
    world: World,
    caller: Caller,
    item: &'static str,
    form_version: String,
}

impl Warm {
    async fn up(world: &World, item: &'static str, given: Value) -> Self {
        let world = world.another().await;
        let caller = world.caller("north", "hana").await;
        let form_version = requests::open_draft(&world.backend, &caller, item).await.unwrap().form_version;
        let warm = Self { world, caller, item, form_version };
        warm.filed(given).await;
        warm
    }

    fn draft(&self, given: Value) -> SubmitDraft {
        let (item_key, form_version) = (self.item.to_owned(), self.form_version.clone());
        SubmitDraft { id: RequestId(Uuid::now_v7()), item_key, form_version, answers: answers(given) }
    }

    async fn submit(&self, given: Value) -> backend::Result<SubmissionOutcome> {
        requests::submit(&self.world.backend, &self.caller, self.draft(given)).await
    }

    /// The page of one more request.
    async fn filed(&self, given: Value) -> RequestPage {
        let SubmissionOutcome::Filed { number } = self.submit(given).await.unwrap() else { panic!("not filed") };
        requests::page(&self.world.backend, &self.caller, &number).await.unwrap()
    }
}

#[tokio::test]
async fn a_policy_given_elsewhere_is_asked_at_once() {
    on_both(|world| async move {
        let warm = Warm::up(&world, "note", json!({"text": "Before"})).await;
        world
            .apply_file("north", "items/note.yaml", &format!("{NOTE}approval: {{rules: [{{key: own, label: Owner, group: platform}}]}}\n"))
            .await;
        let page = warm.filed(json!({"text": "After"})).await;
        assert_eq!((page.summary.status, page.approval.rules[0].words.as_str()), (Status::PendingApproval, "anyone in Platform owners"));
        world.apply_file("north", "groups.yaml", "- {key: platform, name: Cloud team, members: [{email: samir@north.example}]}\n").await;
        assert_eq!(warm.filed(json!({"text": "Later"})).await.approval.rules[0].words, "anyone in Cloud team");
    })
    .await;
}

#[tokio::test]
async fn a_form_edited_elsewhere_is_shown_before_anything_is_filed() {
    on_both(|world| async move {
        let warm = Warm::up(&world, "note", json!({"text": "Before"})).await;
        let more = "key: note\ntitle: Note\nsections:\n  - key: note\n    title: Note\n    fields:\n      \
            - {key: text, label: Text, type: text, required: true}\n      - {key: more, label: More, type: text}\n";
        world.apply_file("north", "forms/note.yaml", more).await;
        let SubmissionOutcome::Changed { page } = warm.submit(json!({"text": "After"})).await.unwrap() else {
            panic!("filed by the old form")
        };
        assert_eq!(page.form.sections[0].fields.len(), 2);
        // Answers that only the old form would refuse are not refused.
        assert!(matches!(warm.submit(json!({})).await.unwrap(), SubmissionOutcome::Changed { .. }));
    })
    .await;
}

#[tokio::test]
async fn an_item_made_or_hidden_elsewhere_is_there_or_not() {
    on_both(|world| async move {
        let mut warm = Warm::up(&world, "note", json!({"text": "Before"})).await;
        warm.item = "memo";
        assert_eq!(refusal(warm.submit(json!({"text": "Too early"})).await), Refusal::NotFound);
        world
            .apply_file(
                "north",
                "items/memo.yaml",
                &NOTE.replace("note", "memo").replace("form: memo", "form: note").replace("Note", "Memo"),
            )
            .await;
        warm.filed(json!({"text": "After"})).await;
        world.apply_file("north", "items/note.yaml", &format!("{NOTE}enabled: false\n")).await;
        warm.item = "note";
        assert_eq!(refusal(warm.submit(json!({"text": "Too late"})).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn people_are_named_as_they_are_called_now() {
    on_both(|world| async move {
        let ruth = world.caller("north", "ruth").await;
        let given = || json!({"model": "light", "owner": {"id": ruth.id(), "name": "Whoever"}});
        let warm = Warm::up(&world, "laptop", given()).await;
        let profile = people::profile(&world.backend, &ruth).await.unwrap().profile;
        people::save_profile(&world.backend, &ruth, Profile { name: "Ruth Abel-Marsh".to_owned(), ..profile }).await.unwrap();
        let page = warm.filed(given()).await;
        let owner = page.sections[0].answers.iter().find(|answer| answer.key == "owner").unwrap();
        assert_eq!((owner.text.as_str(), page.approval.rules[0].words.as_str()), ("Ruth Abel-Marsh", "Ruth Abel-Marsh"));
        // Somebody who was looked for and not found, and comes later.
        let stranger = json!({"model": "light", "owner": {"id": Uuid::nil(), "name": "Nobody"}});
        assert!(matches!(warm.submit(stranger).await.unwrap(), SubmissionOutcome::Problems { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_manager_or_a_calendar_given_elsewhere_counts() {
    on_both(|world| async move {
        let item = format!(
            "{NOTE}sla: {{calendar: office, resolution_minutes: 600}}\napproval: {{rules: [{{key: boss, label: Boss, manager: true}}]}}\n"
        );
        world.apply_file("north", "items/note.yaml", &item).await;
        let warm = Warm::up(&world, "note", json!({"text": "Before"})).await;
        let person = "{email: hana@north.example, name: Hana Sato, title: Analyst, roles: [requester], manager: samir@north.example}";
        world.apply_file("north", "people.yaml", &format!("- {person}\n")).await;
        let page = warm.filed(json!({"text": "After"})).await;
        assert_eq!(page.approval.rules[0].words, "Samir Haddad");
        let due = async |number: &str| {
            let mina = world.caller("north", "mina").await;
            let queue = requests::queue(&world.backend, &mina, Default::default(), None).await.unwrap();
            queue.rows.iter().find(|row| row.summary.number == number).unwrap().due_at
        };
        let before = due(&page.summary.number).await;
        let always = "- {key: office, name: Office hours, zone: UTC, hours: [{days: [thursday], from: '00:00', to: '23:59'}]}\n";
        world.apply_file("north", "calendars.yaml", always).await;
        let number = warm.filed(json!({"text": "Later"})).await.summary.number;
        assert!(due(&number).await < before, "ten hours of a long day end sooner than ten hours of an office");
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_somebody_else_is_filed_by_nobody_else() {
    on_both(|world| async move {
        let warm = Warm::up(&world, "note", json!({"text": "Before"})).await;
        let (be, ruth) = (&world.backend, world.caller("north", "ruth").await);
        let page = requests::open_draft(be, &ruth, "note").await.unwrap();
        let saved = SaveDraft {
            id: page.id,
            item_key: "note".to_owned(),
            form_version: page.form_version,
            answers: answers(json!({"text": "Mine"})),
            step: None,
        };
        requests::save_draft(be, &ruth, saved).await.unwrap();
        let theirs = SubmitDraft { id: page.id, ..warm.draft(json!({"text": "Taken"})) };
        assert_eq!(refusal(requests::submit(&warm.world.backend, &warm.caller, theirs.clone()).await), Refusal::NotFound);
        assert_eq!(requests::drafts(be, &ruth).await.unwrap().len(), 1);
        let sent = requests::submit(be, &ruth, theirs).await.unwrap();
        assert!(matches!(sent, SubmissionOutcome::Filed { .. }) && requests::drafts(be, &ruth).await.unwrap().is_empty());
    })
    .await;
}
