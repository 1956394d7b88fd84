//! Who is told of an event, as people are now: asked for many notices together, and each part once.

use super::topic::LoadedSubject;
use crate::error::Result;
use crate::store::grants::GrantPlaces;
use crate::store::{Read, delegations, groups, members, spaces};
use chrono::{DateTime, Utc};
use domain::approvals::RuleTarget;
use domain::approvals::delegation::Delegation;
use domain::effect::NoticeEffect;
use domain::id::PersonId;
use domain::notices::{NoticeParty, NoticeRule};
use domain::people::PersonRef;
use domain::permission::{AccessPlace, Permission};
use domain::requests::{Request, lifecycle};
use std::collections::{BTreeMap, BTreeSet};

/// People told of one event, at most: a notice to everybody is none.
const MOST: u64 = 500;

/// What was asked about the people of one organization so far.
pub(super) struct RecipientLookup<'a> {
    handle: &'a Read,
    now: DateTime<Utc>,
    /// By where they supervise.
    supervisors: Vec<(AccessPlace, Vec<PersonId>)>,
    administrators: Option<Vec<PersonId>>,
    /// By index key.
    targets: BTreeMap<String, Vec<PersonId>>,
    /// In whose place others decide now.
    deputies: BTreeMap<PersonId, Vec<Delegation>>,
}

impl<'a> RecipientLookup<'a> {
    pub fn new(handle: &'a Read, now: DateTime<Utc>) -> Self {
        Self { handle, now, supervisors: Vec::new(), administrators: None, targets: BTreeMap::new(), deputies: BTreeMap::new() }
    }

    /// Who is told, each once.
    pub async fn told(&mut self, told: &NoticeRule, notice: &NoticeEffect, topic: &LoadedSubject) -> Result<Vec<PersonId>> {
        let request = topic.request();
        let mut ids: BTreeSet<PersonId> = BTreeSet::new();
        for part in told.parts {
            match part {
                NoticeParty::Requester => ids.extend(request.map(|request| request.requester.id)),
                NoticeParty::Assignee => ids.extend(request.and_then(|request| Some(request.state.assignee.as_ref()?.id))),
                NoticeParty::Supervisor => ids.extend(self.supervisors(request).await?),
                NoticeParty::Administrator => ids.extend(self.administrators().await?),
                NoticeParty::Named => {
                    ids.extend(&notice.people);
                    if let Some(request) = request {
                        ids.extend(self.deciders(notice, request).await?);
                    }
                }
            }
        }
        if let Some(by) = notice.by.as_ref().filter(|_| !told.tells_the_actor()) {
            ids.remove(&by.id);
        }
        Ok(ids.into_iter().take(MOST as usize).collect())
    }

    /// Who may decide what the notice asks for, and their deputies.
    async fn deciders(&mut self, notice: &NoticeEffect, request: &Request) -> Result<BTreeSet<PersonId>> {
        let mut deciders: BTreeSet<PersonId> = BTreeSet::new();
        for key in &notice.targets {
            deciders.extend(self.meant(key).await?);
        }
        self.ask_for_deputies(&deciders).await?;
        let delegations = deciders.iter().filter_map(|person| self.deputies.get(person)).flatten();
        let deputies: Vec<PersonId> = delegations
            .filter(|delegation| delegation.items.is_empty() || delegation.items.contains(&request.item_id))
            .map(|delegation| delegation.to.id)
            .collect();
        deciders.extend(deputies);
        if !request.state.approval.self_approval {
            deciders.remove(&request.requester.id);
        }
        Ok(deciders)
    }

    async fn ask_for_deputies(&mut self, people: &BTreeSet<PersonId>) -> Result<()> {
        let unknown: Vec<PersonId> = people.iter().copied().filter(|person| !self.deputies.contains_key(person)).collect();
        for delegation in delegations::in_effect(self.handle, &unknown, self.now).await? {
            self.deputies.entry(delegation.from.id).or_default().push(delegation);
        }
        for person in unknown {
            self.deputies.entry(person).or_default();
        }
        Ok(())
    }

    async fn meant(&mut self, key: &str) -> Result<Vec<PersonId>> {
        if let Some(known) = self.targets.get(key) {
            return Ok(known.clone());
        }
        let people = match RuleTarget::from_index_key(key) {
            None => Vec::new(),
            Some(RuleTarget::Person { id }) => vec![id],
            Some(RuleTarget::Group { id }) => ids(groups::members(self.handle, id, None, MOST).await?.0),
            Some(RuleTarget::GroupRole { id, role }) => ids(groups::members(self.handle, id, Some(&role), MOST).await?.0),
            Some(RuleTarget::Administrators) => self.administrators().await?,
        };
        self.targets.insert(key.to_owned(), people.clone());
        Ok(people)
    }

    /// Those who supervise where the request is.
    async fn supervisors(&mut self, request: Option<&Request>) -> Result<Vec<PersonId>> {
        let place = request.map(lifecycle::access_place).unwrap_or_default();
        if let Some((_, known)) = self.supervisors.iter().find(|(of, _)| *of == place) {
            return Ok(known.clone());
        }
        let spaces = match place.space {
            Some(space) => spaces::tree(self.handle).await?.path(space),
            None => Vec::new(),
        };
        let places = GrantPlaces::Any { spaces, items: place.item.into_iter().collect() };
        let found = ids(members::who_may(self.handle, Permission::Supervise, &places, self.now, MOST).await?);
        self.supervisors.push((place, found.clone()));
        Ok(found)
    }

    async fn administrators(&mut self) -> Result<Vec<PersonId>> {
        if self.administrators.is_none() {
            self.administrators = Some(ids(members::administrators(self.handle, self.now, MOST).await?.0));
        }
        Ok(self.administrators.clone().unwrap_or_default())
    }
}

fn ids(people: Vec<PersonRef>) -> Vec<PersonId> {
    people.into_iter().map(|person| person.id).collect()
}
