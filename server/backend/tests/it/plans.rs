//! Plans of items: what a plan asks for is checked when definitions are applied.

use crate::harness::{World, fixture, on_both};
use backend::Error;

/// What applying the fixture with this plan of the note says; empty when it was taken.
async fn told(world: &World, plan: &str) -> String {
    let mut files = fixture("north");
    files.iter_mut().filter(|(name, _)| name == "items/note.yaml").for_each(|(_, text)| {
        text.push_str("plan:\n");
        plan.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    });
    files.iter_mut().filter(|(name, _)| name == "forms/note.yaml").for_each(|(_, text)| {
        text.push_str("      - { key: day, label: Day, type: date }\n");
        text.push_str("      - { key: moment, label: Moment, type: datetime }\n");
        text.push_str("      - { key: shifted, label: Shifted, type: date }\n");
        text.push_str("    variants:\n      - group: finance\n        fields:\n");
        text.push_str("          - { key: text, label: Text, type: text }\n");
        text.push_str("          - { key: shifted, label: Shifted, type: text }\n");
        text.push_str("          - { key: hours, label: Hours, type: datetime }\n");
    });
    match world.apply("north", files).await {
        Ok(_) => String::new(),
        Err(Error::Refused(refusal)) => refusal.to_string(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_plan_that_can_be_carried_out_is_taken() {
    on_both(async |world: World| {
        for plan in ["qa: true", "schedule: true", "schedule_field: day", "schedule_field: moment", "connectors: [desk]\nqa: true"] {
            assert_eq!(told(&world, plan).await, "", "{plan}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_plan_cannot_do_is_told_with_its_place() {
    let cases = [
        ("automation: { job_template: deploy }", "items/note.yaml:9: No automation is connected to Docket"),
        ("words: Soon\nschedule_field: dya", "items/note.yaml:10: The form “note” has no field “dya” for everybody"),
        ("schedule_field: text", "items/note.yaml:9: The field “text” is of type text"),
        ("schedule_field: hours", "has no field “hours” for everybody"),
        ("schedule_field: shifted", "The field “shifted” is of type text"),
        ("connectors: [desk]\ncomplete_when_delivered: true\nqa: true", "items/note.yaml:11: Work that is checked in QA"),
        ("complete_when_delivered: true", "complete_when_delivered: needs a connector"),
    ];
    on_both(async |world: World| {
        for (plan, expected) in cases {
            let told = told(&world, plan).await;
            assert!(told.contains(expected), "expected {expected}\n{told}");
        }
    })
    .await;
}
