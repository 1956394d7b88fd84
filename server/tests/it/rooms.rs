//! The rooms of the app, and the addresses of its pages: who may name what, and where what is written.

use crate::tidy::{root, sources};

/// The rooms of the app, from the ground up: each names those below it alone. What is on one floor stands beside each other, and does not
/// know the others there; only the ground floor is one.
const FLOORS: &[&[&str]] = &[
    &["context", "error", "form", "live", "parts", "session", "ui", "wire"],
    &["notices", "people"],
    &["doors", "requests"],
    &["access", "account", "approvals", "audit", "catalog", "deliveries", "organization", "tokens", "work"],
    &["routes", "shell"],
    &["app"],
    &["document"],
];

/// The first words of the addresses of pages.
const PAGES: &[&str] = &[
    "access",
    "audit",
    "tokens",
    "people",
    "groups",
    "settings",
    "request",
    "requests",
    "inbox",
    "work",
    "tasks",
    "leadership",
    "connectors",
    "notifications",
    "share",
    "profile",
    "sign-in",
    "people",
    "forgot-password",
    "register",
    "reset-password",
    "join",
    "setup",
];

/// Whether a line of code writes the address of a page by hand.
fn writes_an_address(line: &str) -> bool {
    let page = |rest: &str| {
        let word = rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').next().unwrap_or_default();
        PAGES.contains(&word) && rest[word.len()..].starts_with(['"', '/', '?', '{', '#'])
    };
    let home = ["href=\"/\"", "action=\"/\"", "navigate(\"/\"", "Redirect::to(\"/\""];
    line.split("\"/").skip(1).any(page) || line.split("}/").skip(1).any(page) || home.iter().any(|home| line.contains(home))
}

#[test]
fn addresses_of_pages_stand_in_one_place() {
    for hand in ["href=\"/requests\"", "format!(\"/inbox/{number}\")", "format!(\"{}/share/{token}\", url)", "href=\"/\""] {
        assert!(writes_an_address(hand), "{hand}");
    }
    for fine in ["\"/request_s\"", "(\"/live\")", "starts_with('/')"] {
        assert!(!writes_an_address(fine), "{fine}");
    }
    let mut read = 0;
    for folder in ["app", "server/src", "server/backend/src"] {
        for (path, text) in sources(folder) {
            let is_test = path.contains("/tests/") || path.ends_with("tests.rs") || path.starts_with("server/src/simulate");
            if is_test || ["app/domain/src/address.rs", "app/src/routes.rs"].contains(&path.as_str()) {
                continue;
            }
            let product = text.split("#[cfg(test)]\nmod ").next().unwrap();
            for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(!writes_an_address(line), "{path}: name the page by its `Address`: {line}");
            }
            read += 1;
        }
    }
    assert!(read > 300, "{read} files: this check checks nothing");
}

/// The routes are those of `Address`: what the router shows has an address, and every address is shown.
#[test]
fn every_page_has_an_address_and_every_address_a_page() {
    use domain::address::{Address, FIXED_PAGES};
    let text = std::fs::read_to_string(root().join("app/src/routes.rs")).unwrap();
    let mut routes: Vec<String> = text.split("path!(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    assert!(routes.len() > 15, "{routes:?}");
    let about = [
        Address::Item("part"),
        Address::Request("part"),
        Address::InboxRequest("part"),
        Address::Connector("part"),
        Address::Reset("part"),
        Address::Join("part"),
        Address::NewConnector("part"),
        Address::Person("part"),
        Address::Group("part"),
        Address::NoticeSettingsPart("part"),
        Address::Share("part"),
    ];
    let mut left: Vec<String> = FIXED_PAGES.into_iter().chain(about).map(|page| page.to_string()).collect();
    // A part that may be left out makes two addresses of one route.
    let optional: Vec<String> =
        routes.iter().filter(|route| route.ends_with('?')).map(|route| route[..route.rfind("/:").unwrap()].to_owned()).collect();
    routes.extend(optional);
    for route in routes {
        let address = match route.rfind("/:") {
            Some(at) => format!("{}/part", &route[..at]),
            None => route.clone(),
        };
        let at = left.iter().position(|known| *known == address).unwrap_or_else(|| panic!("{route} has no address"));
        left.remove(at);
    }
    assert!(left.is_empty(), "no page shows {left:?}");
}

#[test]
fn what_screens_share_knows_none_of_them() {
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    let mut named = 0;
    for (path, text) in sources("app/src").into_iter().filter(|(path, _)| path != "app/src/lib.rs") {
        let room = path.trim_start_matches("app/src/").split(['/', '.']).next().unwrap();
        let here = floor(room).unwrap_or_else(|| panic!("{path}: give the room a floor"));
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for other in
            code.split("crate::").skip(1).map(|rest| rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap())
        {
            let there = floor(other).unwrap_or_else(|| panic!("{path}: which floor is {other} on?"));
            assert!(other == room || there < here || (there, here) == (0, 0), "{path} names {other}, which does not stand below it");
            named += usize::from(other != room);
        }
    }
    assert!(named > 200, "{named} names: this check checks nothing");
}
