//! Whom the pickers of forms and dialogs look for.

use super::api::{search_groups, search_people, search_spaces, search_workers};
use crate::error::CallError;
use crate::form::widgets::picker::{PickerLine, PickerSource};
use domain::access::spaces::SpaceRef;
use domain::people::{GroupRef, PersonRef};
use std::pin::Pin;

/// Asks the server for people or groups whose name fits.
pub fn find_for_picker(source: PickerSource, text: String) -> Pin<Box<dyn Future<Output = Result<Vec<PickerLine>, CallError>>>> {
    Box::pin(async move {
        match source {
            PickerSource::Groups => search_groups(text).await.map(|groups| groups.into_iter().map(group_line).collect()),
            PickerSource::Spaces => search_spaces(text).await.map(|spaces| spaces.into_iter().map(space_line).collect()),
            PickerSource::People => search_people(text).await.map(people_lines),
            PickerSource::Workers => search_workers(text).await.map(people_lines),
        }
    })
}

fn people_lines(people: Vec<PersonRef>) -> Vec<PickerLine> {
    people.into_iter().map(|person| PickerLine { id: person.id.to_string(), name: person.name, sub: person.title }).collect()
}

fn space_line(space: SpaceRef) -> PickerLine {
    PickerLine { id: space.id.to_string(), name: space.name, sub: String::new() }
}

fn group_line(group: GroupRef) -> PickerLine {
    PickerLine { id: group.id.to_string(), name: group.name, sub: String::new() }
}
