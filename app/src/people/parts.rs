//! Small parts that both pages show.

use crate::ui::Icon;
use domain::people::wire::PersonState;
use leptos::prelude::*;

/// Whether somebody can sign in: icon, word and colour.
pub fn state_badge(state: PersonState) -> AnyView {
    let (class, icon, word) = match state {
        PersonState::Active => ("status status--done", "circle-check", "Active"),
        PersonState::Disabled => ("status status--still", "circle-slash", "Disabled"),
    };
    view! {
        <span class=class>
            <Icon name=icon />
            {word}
        </span>
    }
    .into_any()
}

/// A few names, and how many more there are: "Finance, IT desk and 2 more".
pub fn some_names(names: &[String], most: usize) -> String {
    let (shown, rest) = names.split_at(names.len().min(most));
    match rest.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_names_say_how_many_are_left_out() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!((some_names(&names, 3), some_names(&names, 1)), ("a, b, c".to_owned(), "a and 2 more".to_owned()));
        assert_eq!(some_names(&[], 2), "");
    }
}
