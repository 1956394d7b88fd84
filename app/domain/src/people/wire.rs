//! People as they travel to the pages of those who look after them.

use super::{GroupRef, PersonRef};
use crate::access::spaces::SpaceRef;
use crate::bounds::{SEARCH_LETTERS, first_letters};
use crate::id::{GroupId, PersonId, SpaceId};
use crate::text::tidy_line;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// People on one page.
pub const PEOPLE_ROWS: u64 = 50;
/// The role of a filter that fits whoever holds more than what everybody has.
pub const WITH_DUTIES: &str = "duties";
/// Longest key of a role.
const LONGEST_ROLE: usize = 60;

/// Whether somebody can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    Active,
    Disabled,
}

/// Every state, with its name as it travels and its word on screen.
pub const PERSON_STATES: &[(PersonState, &str, &str)] =
    &[(PersonState::Active, "active", "Active"), (PersonState::Disabled, "disabled", "Disabled")];

/// Which people to list. A field that is empty or None leaves nobody out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFilter {
    /// A name, an e-mail address, a phone number or an employee number.
    pub text: String,
    /// Key of a role, or `WITH_DUTIES`.
    pub role: String,
    /// A space, with all below it.
    pub space: Option<SpaceId>,
    pub group: Option<GroupId>,
    pub state: Option<PersonState>,
}

impl PeopleFilter {
    /// From the values of an address; a value that is not understood is ignored.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key: &str| get(key).map(|value| tidy_line(&value).into_owned()).unwrap_or_default();
        let state = get("state");
        Self {
            text: first_letters(&get("text"), SEARCH_LETTERS).to_owned(),
            role: first_letters(&get("role"), LONGEST_ROLE).to_owned(),
            space: get("space").parse().ok(),
            group: get("group").parse().ok(),
            state: PERSON_STATES.iter().find(|(_, name, _)| *name == state).map(|(state, ..)| *state),
        }
    }
}

/// One person in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleRow {
    pub person: PersonRef,
    pub email: String,
    pub employee_number: String,
    /// Words of what they hold by themselves, the most powerful first.
    pub roles: Vec<String>,
    pub groups: Vec<String>,
    /// The name of the space that they belong to; empty when they belong to none.
    pub space: String,
    pub state: PersonState,
    /// When they were here last, as far as sessions tell.
    pub seen: Option<DateTime<Utc>>,
}

/// A page of people, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    pub rows: Vec<PeopleRow>,
    /// The person after whom the next page begins; None at the end.
    pub next: Option<PersonId>,
    /// People who fit; at most `tally::MOST_COUNTED`.
    pub total: u64,
    /// What the filters offer: keys and words of roles, spaces, groups.
    pub roles: Vec<(String, String)>,
    pub spaces: Vec<SpaceRef>,
    pub groups: Vec<GroupRef>,
    /// The reader looks after everybody, whatever space they belong to.
    pub everywhere: bool,
}

/// A new person, or what is said of one from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavePerson {
    /// None for a new one.
    pub id: Option<PersonId>,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub employee_number: String,
    pub title: String,
    pub manager: Option<PersonId>,
    pub space: Option<SpaceId>,
    /// Key of the role that a new one holds beside what everybody has; none when empty.
    pub role: String,
    /// Over what: all of the organization when None.
    pub role_space: Option<SpaceId>,
}

/// A sign-in of somebody that still counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// By which it can be ended; it opens nothing.
    pub id: String,
    /// "Firefox on Linux"; empty when it did not say.
    pub device: String,
    /// From where, as the network tells.
    pub address: String,
    pub started: DateTime<Utc>,
    pub seen: DateTime<Utc>,
}

/// A role that somebody holds, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRoleLine {
    /// "member of Finance, which holds Reviewer on Main campus".
    pub words: String,
    /// Since when; not known of what files gave.
    pub since: Option<DateTime<Utc>>,
}

/// A request that has to do with somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcernedRequest {
    pub number: String,
    pub title: String,
    /// When it was submitted.
    pub since: DateTime<Utc>,
}

/// Some of the requests of one kind, and how many more there are, those included that the reader does not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcernedList {
    pub shown: Vec<ConcernedRequest>,
    pub besides: u64,
}

impl ConcernedList {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.shown.len() as u64 + self.besides
    }
}

/// A rule of a catalog item that names somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamingRule {
    /// Name of the item.
    pub item: String,
    /// Why the rule is there: "Finance systems owner".
    pub label: String,
}

/// What somebody would leave behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLoad {
    /// Requests that wait for their decision by name.
    pub decisions: ConcernedList,
    /// Requests that they have.
    pub work: ConcernedList,
    /// Requests with open tasks of theirs, one for each task.
    pub tasks: ConcernedList,
    /// Rules that name them as the approver.
    pub rules: Vec<NamingRule>,
    /// Groups in which nobody else could sign in.
    pub lonely_groups: Vec<GroupRef>,
    /// Deputies of theirs, and people whose deputy they are, in words.
    pub deputies: Vec<String>,
}

impl PersonLoad {
    /// Whether nothing is left behind.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything about somebody, for those who look after people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub person: PersonRef,
    pub email: String,
    pub phone: String,
    pub employee_number: String,
    /// An IANA name; empty for the organization's.
    pub time_zone: String,
    pub manager: Option<PersonRef>,
    pub space: Option<SpaceRef>,
    pub state: PersonState,
    /// The account itself is disabled, which the command line does.
    pub disabled_everywhere: bool,
    /// The organization's files name them, and say what they say again when they are applied.
    pub listed: bool,
    pub has_password: bool,
    pub signed_in: Option<DateTime<Utc>>,
    pub sessions: Vec<SessionLine>,
    pub roles: Vec<HeldRoleLine>,
    /// Their groups.
    pub groups: Vec<GroupRef>,
    pub load: PersonLoad,
    /// The reader may change them.
    pub manages: bool,
    /// Where the reader may put them; None among them is no space at all.
    pub spaces: Vec<Option<SpaceRef>>,
    /// They belong to another organization too, which has a say in their name and address.
    pub elsewhere: bool,
    /// What the reader may hand over to somebody else.
    pub hands: HandRights,
    /// It is the reader.
    pub is_reader: bool,
    /// The reader may take what is stored of them, which tells of requests wherever they are.
    pub exports: bool,
}

/// What of somebody's a reader may hand over, by what they hold themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandRights {
    /// Decisions that wait: whoever may re-route them.
    pub decisions: bool,
    /// Requests and tasks: whoever works on requests.
    pub work: bool,
    /// Rules of catalog items: whoever defines those.
    pub rules: bool,
    /// Who is in a group: whoever grants over all of the organization.
    pub groups: bool,
}

/// To whom that goes which somebody leaves behind. What is named to nobody falls back or stays, as each says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandOver {
    /// Decides what waits for them by name; the administrators do when nobody is named.
    pub decisions: Option<PersonId>,
    /// Gets the requests that they have; they stay theirs when nobody is named.
    pub work: Option<PersonId>,
    /// Gets their open tasks; nobody has them when nobody is named.
    pub tasks: Option<PersonId>,
    /// Is named by rules in their place; the administrators decide those when nobody is named.
    pub rules: Option<PersonId>,
    /// Who joins a group that would be empty.
    pub groups: Vec<(GroupId, PersonId)>,
    /// Kept in the audit log, and with each request that is handed over; may be empty.
    pub reason: String,
}

/// What became of what somebody left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    pub decisions: u64,
    pub work: u64,
    pub tasks: u64,
    pub rules: u64,
    pub groups: u64,
    /// Requests that wait for administrators now.
    pub fell_back: u64,
    /// What could not be handed over, and stays.
    pub stayed: u64,
}

impl HandedOver {
    /// "3 decisions and 1 task were handed over. 1 request fell back to the administrators."
    pub fn words(&self) -> String {
        let count = |count: u64, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let parts = [
            count(self.decisions, "decision", "decisions"),
            count(self.work, "request", "requests"),
            count(self.tasks, "task", "tasks"),
            count(self.rules, "rule", "rules"),
            count(self.groups, "group", "groups"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let mut sentences = Vec::new();
        match parts.as_slice() {
            [] => {}
            [one] if one.starts_with("1 ") => sentences.push(format!("{one} was handed over.")),
            [one] => sentences.push(format!("{one} were handed over.")),
            [first @ .., last] => sentences.push(format!("{} and {last} were handed over.", first.join(", "))),
        }
        sentences.extend(count(self.fell_back, "request", "requests").map(|words| format!("{words} fell back to the administrators.")));
        sentences.extend(count(self.stayed, "request stays theirs", "requests stay theirs").map(|words| format!("{words}.")));
        sentences.join(" ")
    }
}

/// A person after they were disabled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisabledPerson {
    pub view: PersonView,
    pub handed: HandedOver,
}

/// Letters of the longest reason.
pub const LONGEST_REASON: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_what_its_address_says_and_nonsense_leaves_nobody_out() {
        let space = SpaceId(uuid::Uuid::from_u128(3));
        let get = |key: &str| match key {
            "text" => Some("  ruth ".to_owned()),
            "role" => Some("reviewer".to_owned()),
            "space" => Some(space.to_string()),
            "state" => Some("disabled".to_owned()),
            _ => None,
        };
        let read = PeopleFilter::read(get);
        assert_eq!((read.text.as_str(), read.role.as_str(), read.space, read.group), ("ruth", "reviewer", Some(space), None));
        assert_eq!(read.state, Some(PersonState::Disabled));
        let nonsense = PeopleFilter::read(|key| (key != "text" && key != "role").then(|| "x".repeat(300)));
        assert_eq!(nonsense, PeopleFilter::default());
        assert_eq!(PeopleFilter::read(|_| Some("x".repeat(300))).role.len(), LONGEST_ROLE);
    }

    #[test]
    fn what_was_handed_over_is_a_sentence() {
        assert_eq!(HandedOver::default().words(), "");
        assert_eq!(HandedOver { tasks: 1, ..HandedOver::default() }.words(), "1 task was handed over.");
        let all = HandedOver { decisions: 3, work: 1, tasks: 2, fell_back: 1, stayed: 2, ..HandedOver::default() };
        let words =
            "3 decisions, 1 request and 2 tasks were handed over. 1 request fell back to the administrators. 2 requests stay theirs.";
        assert_eq!(all.words(), words);
    }
}
