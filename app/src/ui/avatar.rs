//! People: initials on a colour of their own, and the name beside them.

use domain::people::PersonRef;
use domain::text::{first_character, upper_case};
use leptos::prelude::*;

/// Initials, never alone: put the name beside them.
#[component]
pub fn Avatar(#[prop(into)] name: String) -> impl IntoView {
    let class = format!("avatar avatar--{}", colour(&name));
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }.into_any()
}

/// Initials and name.
#[component]
pub fn PersonLine(person: PersonRef) -> impl IntoView {
    view! {
        <span class="person">
            <Avatar name=person.name.clone() />
            <span>{person.name}</span>
        </span>
    }
    .into_any()
}

/// First characters, as a person sees them, of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().map(first_character);
    let first = words.next();
    let both: String = first.into_iter().chain(words.next_back()).collect();
    upper_case(&both)
}

/// The same colour for the same name, out of the five of the design.
fn colour(name: &str) -> u32 {
    name.chars().fold(0u32, |sum, letter| sum.wrapping_mul(31).wrapping_add(u32::from(letter))) % 5 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(initials("Tomás Rivera"), "TR");
        assert_eq!(initials("Ana Maria de Souza"), "AS");
        assert_eq!(initials("Öykü"), "Ö");
        assert_eq!(initials("🇨🇭 Zoe\u{308}"), "🇨🇭Z");
        assert_eq!(initials("👨‍👩‍👧‍👦 Okafor"), "👨‍👩‍👧‍👦O");
        assert_eq!(initials("e\u{301}ric i\u{307}pek"), "E\u{301}I\u{307}");
        assert_eq!(initials("क्षमा"), "क्ष");
        assert_eq!(initials(""), "");
    }
}
