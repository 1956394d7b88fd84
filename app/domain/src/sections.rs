//! The sections of the site: one table, out of which come the sidebar, the tab bar of a phone, the jumps after `G`, the lines of the help,
//! and what each role begins with.

use crate::address::Address;
use crate::people::Facts;
use crate::permission::{Permission, PermissionSet};
use std::fmt;

/// A place where one can go from everywhere.
#[derive(Debug, PartialEq, Eq)]
pub struct SiteSection {
    pub page: Address<'static>,
    pub icon: &'static str,
    pub word: &'static str,
    /// The letter that leads there after `G`.
    pub key: &'static str,
    pub readers: SectionReaders,
    pub group: SectionGroup,
}

/// Whose a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionReaders {
    Everybody,
    /// Those who hold the permission.
    Holders(Permission),
    /// Those who hold the permission, and whoever has a task.
    Taskbearers(Permission),
}

/// Where a section is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionGroup {
    /// In the sidebar, and first in the tab bar.
    Daily,
    /// In the sidebar; where the tab bar has no room for it, on the account page.
    Further,
    /// As `Further`, under a heading of its own: what sets the organization up.
    Administration,
    /// Behind the bell.
    Bell,
}

/// Every section, in the order in which they are listed.
pub const SECTIONS: &[SiteSection] = &[
    daily(Address::Catalog, "layout-grid", "Catalog", "c", SectionReaders::Everybody),
    daily(Address::MyRequests, "files", "My requests", "m", SectionReaders::Everybody),
    daily(Address::Inbox, "inbox", "Inbox", "i", SectionReaders::Everybody),
    daily(Address::Work, "list-checks", "Work", "k", SectionReaders::Holders(Permission::Work)),
    further(Address::MyTasks, "clipboard-check", "My tasks", "t", SectionReaders::Taskbearers(Permission::Work)),
    further(Address::Leadership, "chart-column", "Leadership", "r", SectionReaders::Holders(Permission::Lead)),
    setup(Address::People, "user-round", "People", "p", Permission::ManagePeople),
    setup(Address::Groups, "users", "Groups", "o", Permission::ManagePeople),
    setup(Address::Access, "map-pin", "Access", "a", Permission::ManageGrants),
    setup(Address::Connectors, "plug", "Connectors", "d", Permission::SeeDeliveries),
    setup(Address::Tokens, "key", "API tokens", "y", Permission::ManageGrants),
    setup(Address::Organization, "building-2", "Organization", "s", Permission::ManageSettings),
    setup(Address::AuditLog, "history", "Audit log", "u", Permission::SeeAudit),
    SiteSection {
        page: Address::Notices,
        icon: "bell",
        word: "Notifications",
        key: "n",
        readers: SectionReaders::Everybody,
        group: SectionGroup::Bell,
    },
];

const fn daily(page: Address<'static>, icon: &'static str, word: &'static str, key: &'static str, readers: SectionReaders) -> SiteSection {
    SiteSection { page, icon, word, key, readers, group: SectionGroup::Daily }
}

const fn further(
    page: Address<'static>,
    icon: &'static str,
    word: &'static str,
    key: &'static str,
    readers: SectionReaders,
) -> SiteSection {
    SiteSection { page, icon, word, key, readers, group: SectionGroup::Further }
}

const fn setup(page: Address<'static>, icon: &'static str, word: &'static str, key: &'static str, permission: Permission) -> SiteSection {
    SiteSection { page, icon, word, key, readers: SectionReaders::Holders(permission), group: SectionGroup::Administration }
}

impl SiteSection {
    /// Whether it is there for somebody who holds these and has so many tasks.
    pub fn is_for(&self, permissions: PermissionSet, tasks: u64) -> bool {
        match self.readers {
            SectionReaders::Everybody => true,
            SectionReaders::Holders(permission) => permissions.holds(permission),
            SectionReaders::Taskbearers(permission) => permissions.holds(permission) || tasks > 0,
        }
    }

    /// Whether a page belongs to it: the dialog that asks for an item to the catalog, a request to one's list.
    pub fn has_page(&self, page: Address<'_>) -> bool {
        let of = match page {
            Address::Item(_) => Address::Catalog,
            Address::NewConnector(_) => Address::Connectors,
            Address::Invitations | Address::ImportPeople => Address::People,
            Address::NoticeSettings | Address::NoticeSettingsPart(_) => Address::Notices,
            page => page,
        };
        self.page.root() == of.root()
    }
}

/// The page on which somebody begins, and what it shows of what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LandingPage {
    pub page: Address<'static>,
    pub query: &'static [(&'static str, &'static str)],
}

impl fmt::Display for LandingPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.page.with_query(self.query))
    }
}

const fn whole(page: Address<'static>) -> LandingPage {
    LandingPage { page, query: &[] }
}

const fn some_work(query: &'static [(&'static str, &'static str)]) -> LandingPage {
    LandingPage { page: Address::Work, query }
}

/// Where people begin, by the most powerful role they hold. Read with `landing`; its golden file is `tests/golden/landing.txt`.
pub const LANDINGS: &[(&str, LandingPage)] = &[
    ("central_admin", whole(Address::Work)),
    ("admin", whole(Address::Work)),
    ("space_admin", whole(Address::Work)),
    ("supervisor", some_work(&[("due", "late")])),
    ("operator", some_work(&[("assignee", "me")])),
    ("maintainer", some_work(&[("view", "board")])),
    ("qa_agent", some_work(&[("status", "in_qa")])),
    ("desk_staff", some_work(&[("assignee", "me")])),
    ("reviewer", whole(Address::Inbox)),
    ("it-forms-admin", whole(Address::Leadership)),
    ("requester", whole(Address::Catalog)),
    ("general_user", whole(Address::Catalog)),
];

/// The page with the person's work: those who work on requests begin with the queue, whoever has something to decide with the inbox,
/// those who lead with what waits, everybody else with the catalog. `waiting` counts what waits for their decision.
pub fn landing(facts: &Facts, waiting: u64) -> LandingPage {
    let held = facts.role_keys();
    let main = LANDINGS.iter().find(|(key, _)| held.iter().any(|role| role == key)).map(|(_, landing)| *landing);
    match main.unwrap_or(whole(Address::Catalog)) {
        work if facts.may_somewhere(Permission::Work) => work,
        _ if waiting > 0 => whole(Address::Inbox),
        _ if facts.may_somewhere(Permission::Lead) => whole(Address::Leadership),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::{PERMISSIONS, ROLES, granted};
    use std::collections::BTreeSet;

    #[test]
    fn every_section_has_a_page_a_letter_and_a_word_of_its_own() {
        let set = |of: fn(&SiteSection) -> String| SECTIONS.iter().map(of).collect::<BTreeSet<_>>().len();
        let parts = [set(|one| one.page.to_string()), set(|one| one.key.to_owned()), set(|one| one.word.to_owned())];
        assert_eq!(parts, [SECTIONS.len(); 3]);
        assert!(SECTIONS.iter().all(|one| one.key != "g"), "it begins the jump");
    }

    #[test]
    fn a_page_belongs_to_one_section() {
        let of = |page| SECTIONS.iter().filter(|section| section.has_page(page)).map(|section| section.word).collect::<Vec<_>>();
        assert_eq!(of(Address::Item("vpn")), ["Catalog"]);
        assert_eq!(of(Address::Request("IT-7F3K")), ["My requests"]);
        assert_eq!(of(Address::InboxRequest("IT-7F3K")), ["Inbox"]);
        assert_eq!(of(Address::NewConnector("webhook")), ["Connectors"]);
        assert_eq!(of(Address::NoticeSettingsPart("channels")), ["Notifications"]);
        assert_eq!(of(Address::Invitations), ["People"]);
        assert_eq!(of(Address::Away), Vec::<&str>::new());
    }

    #[test]
    fn every_role_begins_in_a_section_that_is_theirs() {
        for (role, _, _) in ROLES {
            let (_, landing) = LANDINGS.iter().find(|(key, _)| key == role).unwrap();
            let held = [(*role).to_owned()];
            let mut permissions: Vec<Permission> =
                PERMISSIONS.iter().map(|(permission, _)| *permission).filter(|one| granted(&held, *one)).collect();
            // Held in a group, by which it leads.
            permissions.extend((*role == "it-forms-admin").then_some(Permission::Lead));
            let section = SECTIONS.iter().find(|section| section.page == landing.page).unwrap();
            assert!(section.is_for(permissions.into_iter().collect(), 0), "{role} begins with {}", section.word);
        }
        assert_eq!(LANDINGS.len(), ROLES.len());
    }
}
