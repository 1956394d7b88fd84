//! What effects and deliveries are about, as it is now: read for many together, and named in one way wherever somebody is told of it.
//!
//! The kinds of subjects are known here alone: another one is read in `load` and named in the functions below it.

use crate::error::{Error, Result};
use crate::store::{StoreHandle, account_links, members, requests};
use domain::direction::isolate;
use domain::doors::AccountLink;
use domain::notices::words;
use domain::people::PersonRef;
use domain::requests::title::item_beside;
use domain::requests::{Request, Status};
use domain::subject::Subject;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What something is about.
pub(crate) enum LoadedSubject {
    Request(Box<Request>),
    /// Whoever has the account, as a member or as somebody who was one.
    Person(PersonRef),
    Link(Box<AccountLink>),
}

/// Topics by what names them; one that cannot be read is an error of its own, one that is gone is not among them.
pub(crate) type LoadedSubjects = BTreeMap<Subject, Result<Arc<LoadedSubject>>>;

/// Reads what these are about: one statement for each kind there is among them.
pub(crate) async fn load(handle: &impl StoreHandle, subjects: impl Iterator<Item = Subject>) -> Result<LoadedSubjects> {
    let (mut filed, mut people, mut links) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for subject in subjects {
        match subject {
            Subject::Request(id) => _ = filed.insert(id),
            Subject::Person(id) => _ = people.insert(id),
            Subject::Link(id) => _ = links.insert(id),
            Subject::Unknown(_) => {}
        }
    }
    let mut topics = LoadedSubjects::new();
    if !filed.is_empty() {
        let found = requests::these(handle, &Vec::from_iter(filed)).await?;
        let topic = |request: Request| Arc::new(LoadedSubject::Request(Box::new(request)));
        topics.extend(found.into_iter().map(|(id, request)| (Subject::Request(id), request.map(topic))));
    }
    if !people.is_empty() {
        let found = members::people(handle, &Vec::from_iter(people)).await?;
        topics.extend(found.into_iter().map(|person| (Subject::Person(person.id), Ok(Arc::new(LoadedSubject::Person(person))))));
    }
    if !links.is_empty() {
        let found = account_links::these(handle, &Vec::from_iter(links)).await?;
        let topic = |link: AccountLink| Arc::new(LoadedSubject::Link(Box::new(link)));
        topics.extend(found.into_iter().map(|(id, link)| (Subject::Link(id), link.map(topic))));
    }
    Ok(topics)
}

/// The topic of a subject, or that it is gone or damaged.
pub(super) fn topic_of(topics: &LoadedSubjects, subject: Subject) -> Result<Arc<LoadedSubject>> {
    match topics.get(&subject) {
        Some(Ok(topic)) => Ok(topic.clone()),
        Some(Err(error)) => Err(Error::Damaged(error.to_string())),
        None => Err(Error::Damaged(format!("its {} is gone", subject.kind()))),
    }
}

impl LoadedSubject {
    pub fn subject(&self) -> Subject {
        match self {
            Self::Request(request) => Subject::Request(request.id),
            Self::Person(person) => Subject::Person(person.id),
            Self::Link(link) => Subject::Link(link.id),
        }
    }

    /// The request, when it is one.
    pub fn request(&self) -> Option<&Request> {
        if let Self::Request(request) = self { Some(request) } else { None }
    }

    /// Whether it is a request that was cancelled: nothing of it is handed on.
    pub fn is_cancelled(&self) -> bool {
        self.request().is_some_and(|request| request.state.status == Status::Cancelled)
    }

    /// Its docket number; empty when it has none.
    pub fn number(&self) -> &str {
        self.request().map_or("", |request| &request.number)
    }

    /// What it is about, beside its number: for those who see its answers.
    pub fn title(&self) -> &str {
        match self {
            Self::Request(request) => &request.title,
            Self::Person(person) => &person.name,
            Self::Link(link) => &link.email,
        }
    }

    /// What it is about, as those may read it who are told of this event.
    pub fn title_for(&self, event: &str) -> &str {
        match self {
            Self::Request(request) if !words::may_say_title(event) => &request.item.name,
            _ => self.title(),
        }
    }

    /// What was asked for, where the title for this event says something else.
    pub fn item_beside(&self, event: &str) -> &str {
        self.request().map_or("", |request| item_beside(self.title_for(event), &request.item.name))
    }

    /// Its docket number, or else its title: what stands for it where there is room for one of them.
    pub fn short_name(&self) -> &str {
        if self.number().is_empty() { self.title() } else { self.number() }
    }

    pub fn icon(&self) -> &str {
        match self {
            Self::Request(request) => &request.item.icon,
            Self::Person(_) => "user",
            Self::Link(_) => "mail",
        }
    }

    /// The name of whoever it belongs to.
    pub fn owner(&self) -> &str {
        match self {
            Self::Request(request) => &request.requester.name,
            Self::Person(person) => &person.name,
            Self::Link(link) => &link.email,
        }
    }

    /// Why somebody gets a mail about it, in its last line.
    pub fn footnote(&self) -> String {
        match self {
            Self::Request(_) => format!("Asked by {}.", isolate(self.owner())),
            Self::Person(_) | Self::Link(_) => format!("This is about the account of {}.", isolate(self.owner())),
        }
    }
}
