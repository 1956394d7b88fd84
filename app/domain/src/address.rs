//! Where everything is: the address of every page, once. Screens, mails, chat, payloads, notices and redirects name a page by this type and
//! write it as text at the border; `app/src/routes.rs` says which screen shows it.
//!
//! What a page shows of what it has (a filter, a step, a moment) is the query behind it, whose words are the page's own.

use std::fmt::{self, Write};

/// The address of a page on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    /// What can be requested.
    Catalog,
    /// The dialog that asks for an item, by its key.
    Item(&'a str),
    /// What one has asked for.
    MyRequests,
    /// One request, by its docket number.
    Request(&'a str),
    /// What waits for one's decision.
    Inbox,
    /// The same, with a request open in it.
    InboxRequest(&'a str),
    /// The queue and the board.
    Work,
    /// What one has to do on requests.
    MyTasks,
    /// What waits for anybody's decision.
    Leadership,
    /// What is sent to connectors, and how they are.
    Connectors,
    /// The set-up of a connector, by its key.
    Connector(&'a str),
    /// The set-up of a connector that is not there yet, by its kind.
    NewConnector(&'a str),
    /// Who is in the organization.
    People,
    /// People from a table.
    ImportPeople,
    /// One person, by their id.
    Person(&'a str),
    /// Spaces, and who holds which role where.
    Access,
    /// Sets of people.
    Groups,
    /// One of them, by its key.
    Group(&'a str),
    /// What the organization decides for itself.
    Organization,
    /// What administrators changed.
    AuditLog,
    /// Keys by which programs act.
    Tokens,
    /// What one was told.
    Notices,
    /// What reaches oneself, and where.
    NoticeSettings,
    /// The organization's share of it, by the name of its tab.
    NoticeSettingsPart(&'a str),
    /// A task for somebody without an account, by the token of the link.
    Share(&'a str),
    /// One's account.
    Profile,
    /// Who decides in one's place.
    Away,
    /// Who was invited to the organization.
    Invitations,
    /// The door.
    SignIn,
    /// For whoever forgot their password.
    Forgot,
    /// Where somebody becomes a member by themselves.
    Register,
    /// A new password, by the secret of an account link.
    Reset(&'a str),
    /// Becoming a member, by the secret of an account link.
    Join(&'a str),
    /// The first page of a server that has no organization.
    Setup,
}

/// The pages whose address is the same for everybody.
pub const FIXED_PAGES: [Address<'static>; 23] = [
    Address::Catalog,
    Address::MyRequests,
    Address::Inbox,
    Address::Work,
    Address::MyTasks,
    Address::Leadership,
    Address::Connectors,
    Address::People,
    Address::ImportPeople,
    Address::Access,
    Address::Groups,
    Address::Organization,
    Address::AuditLog,
    Address::Tokens,
    Address::Notices,
    Address::NoticeSettings,
    Address::Profile,
    Address::Away,
    Address::Invitations,
    Address::SignIn,
    Address::Forgot,
    Address::Register,
    Address::Setup,
];

impl<'a> Address<'a> {
    /// The part that is the same for all pages of the kind: the whole address where nothing follows, else what stands before the last part.
    pub const fn root(self) -> &'static str {
        match self {
            Self::Catalog => "/",
            Self::Item(_) => "/request",
            Self::MyRequests | Self::Request(_) => "/requests",
            Self::Inbox | Self::InboxRequest(_) => "/inbox",
            Self::Work => "/work",
            Self::MyTasks => "/tasks",
            Self::Leadership => "/leadership",
            Self::Connectors | Self::Connector(_) => "/connectors",
            Self::NewConnector(_) => "/connectors/new",
            Self::People | Self::Person(_) => "/people",
            Self::ImportPeople => "/people/import",
            Self::Access => "/access",
            Self::Groups | Self::Group(_) => "/groups",
            Self::Organization => "/settings",
            Self::AuditLog => "/audit",
            Self::Tokens => "/tokens",
            Self::Notices => "/notifications",
            Self::NoticeSettings | Self::NoticeSettingsPart(_) => "/notifications/settings",
            Self::Share(_) => "/share",
            Self::Profile => "/profile",
            Self::Away => "/profile/away",
            Self::Invitations => "/people/invitations",
            Self::SignIn => "/sign-in",
            Self::Forgot => "/forgot-password",
            Self::Register => "/register",
            Self::Reset(_) => "/reset-password",
            Self::Join(_) => "/join",
            Self::Setup => "/setup",
        }
    }

    /// What it is about, where it is about one thing of many.
    fn part(self) -> Option<&'a str> {
        match self {
            Self::Item(part)
            | Self::Request(part)
            | Self::InboxRequest(part)
            | Self::Connector(part)
            | Self::NewConnector(part)
            | Self::Person(part)
            | Self::Group(part)
            | Self::NoticeSettingsPart(part)
            | Self::Share(part)
            | Self::Reset(part)
            | Self::Join(part) => Some(part),
            _ => None,
        }
    }

    /// The page that a path leads to; a query or a fragment behind it says nothing about that. The part that names one thing of many is
    /// given as it stands in the path.
    pub fn parse(text: &'a str) -> Option<Self> {
        let path = text.split(['?', '#']).next()?;
        let path = if path == "/" { path } else { path.trim_end_matches('/') };
        if let Some(page) = FIXED_PAGES.into_iter().find(|page| page.root() == path) {
            return Some(page);
        }
        let (root, part) = path.rsplit_once('/').filter(|(_, part)| !part.is_empty())?;
        let about = [
            Self::Item(part),
            Self::Request(part),
            Self::InboxRequest(part),
            Self::Connector(part),
            Self::NewConnector(part),
            Self::Person(part),
            Self::Group(part),
            Self::NoticeSettingsPart(part),
            Self::Share(part),
            Self::Reset(part),
            Self::Join(part),
        ];
        about.into_iter().find(|page| page.root() == root)
    }

    /// Whether somebody may be there who is not signed in.
    pub fn is_door(self) -> bool {
        matches!(self, Self::SignIn | Self::Forgot | Self::Register | Self::Setup) || self.holds_secret()
    }

    /// Whether its last part is a secret that opens something: it stands in no log, and nobody keeps the page.
    pub fn holds_secret(self) -> bool {
        matches!(self, Self::Share(_) | Self::Reset(_) | Self::Join(_))
    }

    /// The address with a query behind it. What has no value is left out.
    pub fn with_query(self, query: &[(&str, &str)]) -> String {
        let mut text = self.to_string();
        let mut before = '?';
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            text.push(before);
            text.push_str(name);
            text.push('=');
            push_encoded(&mut text, value, true);
            before = '&';
        }
        text
    }
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root())?;
        let Some(part) = self.part() else { return Ok(()) };
        let mut written = String::from("/");
        push_encoded(&mut written, part, false);
        f.write_str(&written)
    }
}

/// Slashes part a path, and mean nothing in a query.
fn push_encoded(to: &mut String, text: &str, keeps_slashes: bool) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => to.push(char::from(byte)),
            b'/' if keeps_slashes => to.push('/'),
            other => _ = write!(to, "%{other:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_written_as_people_know_them() {
        for (page, text) in [
            (Address::Catalog, "/"),
            (Address::Item("vpn-access"), "/request/vpn-access"),
            (Address::Request("IT-7F3K"), "/requests/IT-7F3K"),
            (Address::InboxRequest("IT-7F3K"), "/inbox/IT-7F3K"),
            (Address::NewConnector("webhook"), "/connectors/new/webhook"),
            (Address::Person("0190"), "/people/0190"),
            (Address::NoticeSettingsPart("channels"), "/notifications/settings/channels"),
            (Address::Away, "/profile/away"),
        ] {
            assert_eq!((page.to_string().as_str(), Address::parse(text)), (text, Some(page)));
        }
    }

    #[test]
    fn what_is_asked_of_a_page_stands_behind_it() {
        assert_eq!(Address::Work.with_query(&[("due", "late"), ("q", ""), ("item", "a&b")]), "/work?due=late&item=a%26b");
        assert_eq!(Address::Catalog.with_query(&[("q", "")]), "/");
        assert_eq!(
            Address::SignIn.with_query(&[("next", "/request/vpn?step=a&b=ü")]),
            "/sign-in?next=/request/vpn%3Fstep%3Da%26b%3D%C3%BC"
        );
        assert_eq!(Address::parse("/work?due=late"), Some(Address::Work));
        assert_eq!(Address::parse("/requests/IT-7F3K#history"), Some(Address::Request("IT-7F3K")));
    }

    #[test]
    fn nothing_that_was_typed_leads_to_another_page() {
        assert_eq!(Address::Request("../inbox?x#y").to_string(), "/requests/..%2Finbox%3Fx%23y");
        for text in ["", "requests", "//evil.example", "/request/", "/nowhere", "/share", "/requests/a/b", "/live", "/profile/none"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        assert_eq!(Address::parse("/requests/"), Some(Address::MyRequests));
    }
}
