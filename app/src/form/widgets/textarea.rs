//! Several lines of text, with what is left of the limit.

use super::{FieldWidget, TypedText, adopt};
use crate::ui::area_text;
use domain::text::{count_characters, tidy_prose};
use leptos::prelude::*;

/// A native text area.
#[component]
pub fn AreaInput(asked: FieldWidget) -> impl IntoView {
    adopt(&asked, asked.filling.early_text(&asked.id));
    let (filling, field) = (asked.filling, asked.field.clone());
    let key = field.key.clone();
    let shown = {
        let key = key.clone();
        move || filling.text(&key)
    };
    let count_id = format!("{}-count", asked.id);
    let foot = field.rules.max_length.map(|limit| {
        let shown = shown.clone();
        let words = move || left(limit, count_characters(&tidy_prose(&shown())));
        view! {
            <div class="field__foot">
                <span class="push" id=count_id.clone()>
                    {words}
                </span>
            </div>
        }
    });
    let first = untrack(&shown);
    let described = asked.described(foot.as_ref().map(|_| count_id.as_str()));
    let text = TypedText::keep(&asked);
    let typed = move |event: leptos::ev::Event| text.note(filling, &key, event_target_value(&event));
    let control = view! {
        <textarea
            class="textarea"
            id=asked.id.clone()
            name=field.key.clone()
            rows="4"
            dir="auto"
            aria-required=asked.required()
            aria-invalid=asked.wrong()
            aria-describedby=described
            on:input=typed
            on:blur=move |_| filling.leave(&field)
        >
            {area_text(first)}
        </textarea>
        {foot}
    };
    asked.around(control.into_any())
}

fn left(limit: u32, used: usize) -> String {
    let limit = limit as usize;
    let (count, what) = if used > limit { (used - limit, "too many") } else { (limit - used, "left") };
    let unit = if count == 1 { "character" } else { "characters" };
    format!("{count} {unit} {what}")
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn the_count_says_what_is_left_and_what_is_too_much() {
        assert_eq!(left(500, 88), "412 characters left");
        assert_eq!(left(10, 9), "1 character left");
        assert_eq!(left(10, 10), "0 characters left");
        assert_eq!(left(10, 13), "3 characters too many");
    }
}
