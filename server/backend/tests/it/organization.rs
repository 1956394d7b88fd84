//! What an organization decides for itself, and its groups, on screen: who may, what is kept, and what of it holds at once.

use crate::harness::{World, on_both};
use crate::requests::{refusal, saving};
use backend::sessions::{self, NewSession};
use backend::{Caller, audit, definitions, delegations, organization, people, requests};
use chrono::Duration;
use domain::Refusal;
use domain::audit::wire::AuditFilter;
use domain::forms::Answers;
use domain::id::GroupId;
use domain::organization::accent::AccentColour;
use domain::organization::form::{OrganizationDraft, answers_of};
use domain::organization::{OrganizationSettings, ProductFeature, RegistrationMode};
use domain::people::groups::{ChangeSeat, SaveGroup};
use domain::permission::Permission;
use serde_json::json;

async fn save(world: &World, caller: &Caller, settings: OrganizationSettings) -> backend::Result<()> {
    let (name, time_zone) = ("North".to_owned(), "Europe/London".to_owned());
    organization::save(&world.backend, caller, answers_of(&OrganizationDraft { name, time_zone, settings })).await
}

async fn group(world: &World, key: &str) -> GroupId {
    let ada = world.caller("north", "ada").await;
    let all = organization::groups(&world.backend, &ada).await.unwrap();
    all.groups.iter().find(|line| line.group.key == key).unwrap_or_else(|| panic!("{key} in {all:?}")).group.id
}

async fn seat(world: &World, by: &Caller, group: GroupId, who: &str, roles: Option<&[&str]>) -> backend::Result<Vec<String>> {
    let person = world.caller("north", who).await.id();
    let roles = roles.map(|roles| roles.iter().map(|role| (*role).to_owned()).collect());
    let wanted = ChangeSeat { group, person, roles, confirmed: false };
    let view = organization::change_seat(&world.backend, by, wanted).await?;
    Ok(view.seats.into_iter().map(|seat| seat.person.name).collect())
}

#[tokio::test]
async fn settings_are_saved_read_and_written_down() {
    on_both(|world| async move {
        let (ada, hana) = (world.caller("north", "ada").await, world.caller("north", "hana").await);
        let be = &world.backend;
        assert!(matches!(refusal(organization::page(be, &hana).await), Refusal::NotFound));
        let domains = vec!["north.example".to_owned()];
        let accent = AccentColour::parse("#4b0082");
        let settings = OrganizationSettings { registration: RegistrationMode::Domains, domains, accent, ..OrganizationSettings::default() };
        assert!(matches!(refusal(save(&world, &hana, settings.clone()).await), Refusal::NotFound));
        let pale = OrganizationSettings { accent: AccentColour::parse("#ffcc00"), ..settings.clone() };
        assert!(matches!(refusal(save(&world, &ada, pale).await), Refusal::Problems { problems } if problems[0].field == "accent"));
        save(&world, &ada, settings.clone()).await.unwrap();
        let page = organization::page(be, &ada).await.unwrap();
        assert_eq!(page.answers.get("accent").and_then(|value| value.as_str()), Some("#4b0082"));
        assert_eq!(organization::settings_of(be, ada.organization).await.unwrap(), settings);
        let me = people::me(be, &world.caller("north", "hana").await).await.unwrap();
        assert_eq!((me.accent, me.organization.name.as_str()), (accent, "North"));
        // The other organization has nothing of it.
        let nadia = world.caller("south", "otto").await;
        assert_eq!(people::me(be, &nadia).await.unwrap().accent, None);
        let log = audit::page(be, &ada, AuditFilter::default(), None).await.unwrap();
        assert_eq!(log.rows[0].words, "Organization changed");
        let before = log.rows.len();
        // Saved as it is, nothing is written down.
        save(&world, &ada, settings).await.unwrap();
        assert_eq!(audit::page(be, &ada, AuditFilter::default(), None).await.unwrap().rows.len(), before);
        // Files say the same, and change nothing.
        let files = definitions::export(be, "north").await.unwrap();
        let plan = definitions::plan(be, "north", files).await.unwrap();
        assert_eq!(plan.changes, 0, "{plan}");
    })
    .await;
}

#[tokio::test]
async fn what_an_organization_does_without_is_gone_at_once() {
    on_both(|world| async move {
        let ada = world.caller("north", "ada").await;
        assert!(ada.facts.may(Permission::Lead));
        let without = [ProductFeature::Leadership, ProductFeature::Deputies].into_iter().collect();
        save(&world, &ada, OrganizationSettings { without, ..OrganizationSettings::default() }).await.unwrap();
        let ada = world.caller("north", "ada").await;
        assert!(!ada.facts.may(Permission::Lead) && !ada.facts.may_somewhere(Permission::Lead));
        assert!(matches!(refusal(backend::approvals::leadership(&world.backend, &ada).await), Refusal::NotFound));
        let refused = refusal(delegations::begin(&world.backend, &ada, Answers::default()).await);
        assert!(matches!(&refused, Refusal::NotNow { message } if message.starts_with("Deputies while somebody is away")), "{refused:?}");
        save(&world, &ada, OrganizationSettings::default()).await.unwrap();
        assert!(world.caller("north", "ada").await.facts.may(Permission::Lead));
    })
    .await;
}

#[tokio::test]
async fn a_group_is_made_filled_renamed_and_removed() {
    on_both(|world| async move {
        let (ada, hana, be) = (world.caller("north", "ada").await, world.caller("north", "hana").await, &world.backend);
        let wanted = |id, name: &str| SaveGroup { id, name: name.to_owned() };
        assert!(matches!(refusal(organization::groups(be, &hana).await), Refusal::NotFound));
        assert!(matches!(refusal(organization::save_group(be, &hana, wanted(None, "Night desk")).await), Refusal::NotFound));
        let id = organization::save_group(be, &ada, wanted(None, " Night  desk ")).await.unwrap().id;
        let again = refusal(organization::save_group(be, &ada, wanted(None, "Night desk")).await);
        assert!(matches!(again, Refusal::Input { .. }), "{again:?}");
        assert_eq!(seat(&world, &ada, id, "hana", Some(&["lead"])).await.unwrap(), ["Hana Sato"]);
        let held = world.caller("north", "hana").await.facts;
        assert!(held.memberships.iter().any(|one| one.group.key == "night-desk" && one.roles == ["lead"]));
        assert!(seat(&world, &hana, id, "hana", None).await.is_err());
        let wrong = refusal(seat(&world, &ada, id, "hana", Some(&["No Role"])).await);
        assert!(matches!(wrong, Refusal::Input { path, .. } if path == "roles"));
        organization::save_group(be, &ada, wanted(Some(id), "Late desk")).await.unwrap();
        assert_eq!(organization::group(be, &ada, "night-desk").await.unwrap().line.group.name, "Late desk");
        organization::remove_group(be, &ada, id).await.unwrap();
        assert!(matches!(refusal(organization::group(be, &ada, "night-desk").await), Refusal::NotFound));
        assert!(world.caller("north", "hana").await.facts.memberships.iter().all(|one| one.group.id != id));
        // Another organization's group does not exist.
        let sam = world.caller("south", "otto").await;
        let finance = group(&world, "finance").await;
        assert!(matches!(refusal(organization::group(be, &sam, "finance").await), Refusal::NotFound));
        assert!(matches!(refusal(organization::remove_group(be, &sam, finance).await), Refusal::NotFound));
        let kinds: Vec<String> =
            audit::page(be, &ada, AuditFilter::default(), None).await.unwrap().rows.into_iter().map(|row| row.words).collect();
        assert_eq!(kinds[..5], ["Group removed", "Person changed", "Group changed", "Person changed", "Group added"]);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_something_needs_stays() {
    on_both(|world| async move {
        let (ada, be) = (world.caller("north", "ada").await, &world.backend);
        let finance = group(&world, "finance").await;
        let refused = refusal(organization::remove_group(be, &ada, finance).await);
        assert!(matches!(&refused, Refusal::NotNow { message } if message.contains("is there for its members")), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn files_take_out_of_a_group_only_whom_they_put_in() {
    on_both(|world| async move {
        let (ada, be) = (world.caller("north", "ada").await, &world.backend);
        let finance = group(&world, "finance").await;
        let before = organization::group(be, &ada, "finance").await.unwrap();
        let new = ["hana", "ruth", "jonas"].into_iter();
        let mut added = None;
        for who in new {
            let id = world.caller("north", who).await.id();
            if !before.seats.iter().any(|seat| seat.person.id == id) {
                added = Some((who, id));
                break;
            }
        }
        let (who, id) = added.unwrap();
        seat(&world, &ada, finance, who, Some(&[])).await.unwrap();
        let plan = world.apply("north", crate::harness::fixture("north")).await.unwrap();
        assert_eq!(plan.changes, 0, "{plan}");
        // The file with nobody takes out those that it named, and nobody else.
        world.apply_file("north", "groups.yaml", "- key: finance\n  name: Finance\n  members: []\n").await;
        let after = organization::group(be, &ada, "finance").await.unwrap();
        assert_eq!(after.seats.iter().map(|seat| (seat.person.id, seat.by_files)).collect::<Vec<_>>(), [(id, false)]);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_asks_for_is_kept_as_long_as_the_organization_says() {
    on_both(|world| async move {
        let (ada, hana, be) = (world.caller("north", "ada").await, world.caller("north", "hana").await, &world.backend);
        let clerk = world.caller("south", "hana").await;
        let settings = json!({"retention": {"drafts": 7, "sessions": 3}});
        save(&world, &ada, serde_json::from_value(settings).unwrap()).await.unwrap();
        let page = requests::open_draft(be, &hana, "note").await.unwrap();
        requests::save_draft(be, &hana, saving(&page, "note", json!({"text": "x"}), "note")).await.unwrap();
        for (id, person) in [("of-hana", hana.id()), ("of-south", clerk.id())] {
            let started = world.backend.now();
            let new = NewSession {
                id,
                person: Some(person),
                data: "{}",
                started,
                expires: started + Duration::days(14),
                address: "",
                user_agent: "",
            };
            sessions::create(be.store(), new).await.unwrap();
        }
        let kept = async || {
            organization::forget_unkept(be).await.unwrap();
            let draft = requests::open_draft(be, &hana, "note").await.unwrap().saved_at.is_some();
            let of_hana = people::sessions_of(be, &hana).await.unwrap().len();
            (draft, of_hana, people::sessions_of(be, &clerk).await.unwrap().len())
        };
        assert_eq!(kept().await, (true, 1, 1));
        world.clock.advance(Duration::days(4));
        assert_eq!(kept().await, (true, 0, 1));
        world.clock.advance(Duration::days(4));
        assert_eq!(kept().await, (false, 0, 1));
    })
    .await;
}
