//! What rules read of an organization, kept in memory while it is what the database says: items with their forms, calendars, groups, and
//! the people they name. It changes rarely and is read by every page and every submission.
//!
//! The database numbers what it says (`organizations.version`): whoever reads a caller knows the number of that moment, and a submission
//! is saved only while the number is the one it was made by. Deliberately not here: what changes all the time, as requests do, and what
//! decides who may sign in.

use crate::Backend;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::{StoreHandle, calendars, groups, items, members, organizations, spaces};
use chrono::{DateTime, Utc};
use domain::access::spaces::{Space, SpaceRef};
use domain::approvals::RuleTarget;
use domain::catalog::{CatalogItem, may_request};
use domain::forms::Form;
use domain::forms::resolver::{FormVersion, resolve};
use domain::id::{GroupId, ItemId, OrganizationId, PersonId, SpaceId};
use domain::people::{GroupRef, PersonRef};
use domain::requests::sla::calendar::WorkCalendar;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

/// Organizations that are kept at once.
const KEPT: usize = 100;
/// People that are kept of each.
const PEOPLE: usize = 20_000;

/// What rules read of one organization, as of one version.
pub(crate) struct OrganizationRules {
    version: i64,
    items: Vec<Arc<KnownItem>>,
    calendars: Vec<WorkCalendar>,
    groups: Vec<GroupRef>,
    spaces: Vec<Space>,
    found: Mutex<FoundRules>,
}

/// An item with its form.
pub(crate) struct KnownItem {
    pub id: ItemId,
    pub item: CatalogItem,
    /// As authored, with its variants.
    form: Form,
    /// For members of these groups, of those that have variants.
    resolved: Mutex<BTreeMap<Vec<String>, Arc<FormVersion>>>,
}

/// What was looked for so far.
#[derive(Default)]
struct FoundRules {
    people: BTreeMap<PersonId, Option<PersonRef>>,
    addresses: BTreeMap<String, Option<PersonRef>>,
    managers: BTreeMap<PersonId, Option<PersonRef>>,
    /// Two of those a target means who can sign in: enough to know whether there is another one than the requester.
    deciders: BTreeMap<RuleTarget, Vec<PersonId>>,
    /// Addresses of form versions that the database keeps.
    versions: BTreeSet<String>,
}

impl KnownItem {
    /// The schema for a member of these groups.
    pub fn form_for(&self, group_keys: &[String]) -> Result<Arc<FormVersion>> {
        let variants = self.form.sections.iter().flat_map(|section| &section.variants);
        let key: Vec<String> = variants.map(|variant| &variant.group).filter(|group| group_keys.contains(group)).cloned().collect();
        let mut resolved = lock(&self.resolved)?;
        let version = resolved.entry(key).or_insert_with(|| Arc::new(FormVersion::of(resolve(&self.form, group_keys))));
        Ok(version.clone())
    }
}

impl OrganizationRules {
    async fn load(handle: &impl StoreHandle) -> Result<Self> {
        // First: what is read after it may be newer than it says, never older.
        let version = organizations::version(handle).await?;
        let items = items::with_forms(handle).await?.into_iter();
        let known = |(id, item, form)| Arc::new(KnownItem { id, item, form, resolved: Mutex::default() });
        Ok(Self {
            version,
            items: items.map(known).collect(),
            calendars: calendars::all(handle).await?,
            groups: groups::all(handle).await?,
            spaces: spaces::all(handle).await?,
            found: Mutex::default(),
        })
    }

    /// The number the database has for this.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Every item, in the organization's order.
    pub fn items(&self) -> &[Arc<KnownItem>] {
        &self.items
    }

    /// The item with this key.
    pub fn item(&self, key: &str) -> Option<&Arc<KnownItem>> {
        self.items.iter().find(|known| known.item.key == key)
    }

    /// The item with this key, when the caller may request it.
    pub fn offered(&self, key: &str, caller: &Caller) -> Option<&Arc<KnownItem>> {
        self.item(key).filter(|known| may_request(&known.item, &caller.facts))
    }

    /// The calendar with this key.
    pub fn calendar(&self, key: &str) -> Option<&WorkCalendar> {
        self.calendars.iter().find(|calendar| calendar.key == key)
    }

    /// Every space, by name.
    pub fn spaces(&self) -> &[Space] {
        &self.spaces
    }

    /// The space with this id, as shown.
    pub fn space(&self, id: SpaceId) -> Option<SpaceRef> {
        self.spaces.iter().find(|space| space.id == id).map(Space::shown)
    }

    /// The space with this key, as shown.
    pub fn space_of_key(&self, key: &str) -> Option<SpaceRef> {
        self.spaces.iter().find(|space| space.key == key).map(Space::shown)
    }

    /// The group with this key.
    pub fn group(&self, key: &str) -> Option<&GroupRef> {
        self.groups.iter().find(|group| group.key == key)
    }

    /// The group with this id.
    pub fn group_of(&self, id: GroupId) -> Option<&GroupRef> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// These people, as far as they are members who can sign in; in no particular order.
    pub async fn people(&self, handle: &impl StoreHandle, ids: &[PersonId]) -> Result<Vec<PersonRef>> {
        let missing: Vec<PersonId> = {
            let found = lock(&self.found)?;
            ids.iter().filter(|id| !found.people.contains_key(id)).copied().collect()
        };
        if !missing.is_empty() {
            let there = members::present_people(handle, &missing).await?;
            let mut found = lock(&self.found)?;
            make_room(&mut found.people);
            for id in missing {
                found.people.insert(id, there.iter().find(|person| person.id == id).cloned());
            }
            // Some may have made room meanwhile.
            found.people.extend(there.into_iter().map(|person| (person.id, Some(person))));
        }
        let found = lock(&self.found)?;
        Ok(ids.iter().filter_map(|id| found.people.get(id).cloned().flatten()).collect())
    }

    /// The member with this e-mail address.
    pub async fn by_email(&self, handle: &impl StoreHandle, email: &str) -> Result<Option<PersonRef>> {
        if let Some(known) = lock(&self.found)?.addresses.get(email) {
            return Ok(known.clone());
        }
        let person = members::by_email(handle, email).await?;
        let mut found = lock(&self.found)?;
        make_room(&mut found.addresses);
        found.addresses.insert(email.to_owned(), person.clone());
        Ok(person)
    }

    /// A member's manager, when they have one who may sign in.
    pub async fn manager(&self, handle: &impl StoreHandle, of: PersonId) -> Result<Option<PersonRef>> {
        if let Some(known) = lock(&self.found)?.managers.get(&of) {
            return Ok(known.clone());
        }
        let person = members::manager(handle, of).await?;
        let mut found = lock(&self.found)?;
        make_room(&mut found.managers);
        found.managers.insert(of, person.clone());
        Ok(person)
    }

    /// Whether nobody but this requester could decide what the target names. Who is away is not known here: it changes by the hour.
    pub async fn is_nobody(
        &self,
        handle: &impl StoreHandle,
        target: &RuleTarget,
        requester: Option<PersonId>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let alone = |people: &[PersonId]| people.iter().all(|person| Some(*person) == requester);
        if let Some(known) = lock(&self.found)?.deciders.get(target) {
            return Ok(alone(known));
        }
        let people: Vec<PersonId> = members::meant(handle, target, now, 2).await?.into_iter().map(|person| person.id).collect();
        let nobody = alone(&people);
        let mut found = lock(&self.found)?;
        make_room(&mut found.deciders);
        found.deciders.insert(target.clone(), people);
        Ok(nobody)
    }

    /// Whether the database is known to keep this form version. It never stops to.
    pub fn keeps(&self, hash: &str) -> Result<bool> {
        Ok(lock(&self.found)?.versions.contains(hash))
    }

    /// The database keeps this form version now.
    pub fn kept(&self, hash: &str) -> Result<()> {
        lock(&self.found)?.versions.insert(hash.to_owned());
        Ok(())
    }
}

fn make_room<K: Ord, V>(of: &mut BTreeMap<K, V>) {
    if of.len() >= PEOPLE {
        of.clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>> {
    mutex.lock().map_err(|_| Error::failed("what is known of an organization was left in the middle of a change"))
}

/// What this process knows of organizations.
#[derive(Default)]
pub(crate) struct RulesCache {
    of: Mutex<BTreeMap<OrganizationId, Arc<OrganizationRules>>>,
    /// One at a time reads what all will use.
    reading: tokio::sync::Mutex<()>,
}

impl RulesCache {
    fn last(&self, organization: OrganizationId) -> Result<Option<Arc<OrganizationRules>>> {
        Ok(lock(&self.of)?.get(&organization).cloned())
    }

    fn keep(&self, organization: OrganizationId, known: &Arc<OrganizationRules>) -> Result<()> {
        let mut of = lock(&self.of)?;
        if of.len() >= KEPT && !of.contains_key(&organization) {
            of.clear();
        }
        of.insert(organization, known.clone());
        Ok(())
    }
}

impl Backend {
    /// What rules read of an organization, as this process saw it last: it may be old, so that what is made of it is saved only if its
    /// version is still the present one.
    ///
    /// # Errors
    /// When the database does not answer, or something in it cannot be read.
    pub(crate) async fn known(&self, organization: OrganizationId) -> Result<Arc<OrganizationRules>> {
        match self.memory().last(organization)? {
            Some(known) => Ok(known),
            None => self.known_now(organization).await,
        }
    }

    /// What rules read of a caller's organization, not older than the caller.
    ///
    /// # Errors
    /// When the database does not answer, or something in it cannot be read.
    pub(crate) async fn known_to(&self, caller: &Caller) -> Result<Arc<OrganizationRules>> {
        match self.memory().last(caller.organization)? {
            Some(known) if known.version == caller.version => Ok(known),
            _ => self.known_now(caller.organization).await,
        }
    }

    /// What rules read of an organization, as it is now.
    ///
    /// # Errors
    /// When the database does not answer, or something in it cannot be read.
    pub(crate) async fn known_now(&self, organization: OrganizationId) -> Result<Arc<OrganizationRules>> {
        let handle = self.store().read(organization);
        let _reading = self.memory().reading.lock().await;
        if let Some(known) = self.memory().last(organization)?
            && known.version == organizations::version(&handle).await?
        {
            return Ok(known);
        }
        let known = Arc::new(OrganizationRules::load(&handle).await?);
        self.memory().keep(organization, &known)?;
        Ok(known)
    }
}
