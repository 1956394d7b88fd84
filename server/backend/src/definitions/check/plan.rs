//! Whether the plan of an item can be carried out.

use domain::catalog::Item;
use domain::forms::{Field, Form};

/// Notes what is wrong with an item's plan. `form` is the item's, when there is one.
pub(super) fn plan(item: &Item, form: Option<&Form>, note: &mut dyn FnMut(&[&str], String)) {
    let plan = &item.plan;
    if plan.automation.is_some() {
        note(
            &["plan:", "automation:"],
            "No automation is connected to Docket, so nothing would run. Take automation: out and name a connector".to_owned(),
        );
    }
    if plan.qa && plan.complete_when_delivered {
        let message = "Work that is checked in QA is not completed by its delivery. Take out qa: or complete_when_delivered:";
        note(&["plan:", "qa:"], message.to_owned());
    }
    if plan.complete_when_delivered && plan.connectors.is_empty() {
        let message = "complete_when_delivered: needs a connector to deliver to. Add connectors: or take it out";
        note(&["plan:", "complete_when_delivered:"], message.to_owned());
    }
    if let (Some(key), Some(form)) = (&plan.schedule_field, form) {
        schedule_field(key, form, note);
    }
}

/// The time the work begins at comes from a field that everybody answers who is asked at all: one of the universal part of a section,
/// which no variant turns into something else.
fn schedule_field(key: &str, form: &Form, note: &mut dyn FnMut(&[&str], String)) {
    let at = ["plan:", "schedule_field:"];
    let named = |field: &&Field| field.key == key;
    let universal = form.sections.iter().flat_map(|section| &section.fields).find(named);
    let of_variants = form.sections.iter().flat_map(|section| &section.variants).flat_map(|variant| &variant.fields).filter(named);
    match universal {
        None => note(&at, format!("The form “{}” has no field “{key}” for everybody. Name one of type date or datetime", form.key)),
        Some(field) => {
            if let Some(other) = std::iter::once(field).chain(of_variants).find(|field| !matches!(&*field.kind, "date" | "datetime")) {
                let message = format!("The field “{key}” is of type {}. The work can begin only at a date or datetime", other.kind);
                note(&at, message);
            }
        }
    }
}
