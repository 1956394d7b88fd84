//! One line: text, numbers, e-mail, telephone, date, date and time.

use super::{FieldWidget, TypedText, adopt};
use domain::forms::fields::{Widget, date_limits, keypad};
use leptos::prelude::*;

/// A native input. Numbers and addresses are text with a keypad of their own: what is typed stays as it is, where a browser's own inputs
/// for them would write it otherwise (`max@straße.de` becomes `max@xn--strae-oqa.de`).
#[component]
pub fn LineInput(asked: FieldWidget, widget: Widget) -> impl IntoView {
    adopt(&asked, asked.filling.early_text(&asked.id));
    let (filling, field) = (asked.filling, asked.field.clone());
    let kind = match widget {
        Widget::Tel => "tel",
        Widget::Date => "date",
        Widget::DateTime => "datetime-local",
        _ => "text",
    };
    // What is read by machines is neither corrected nor begun with a capital, and has no direction of its own.
    let (free, literal) = (widget == Widget::Text, widget == Widget::Email);
    let mode = keypad(&field);
    let dated = matches!(widget, Widget::Date | Widget::DateTime);
    let class = match widget {
        Widget::Date | Widget::DateTime => "input input--date",
        Widget::Number => "input input--short",
        _ => "input",
    };
    let limits = {
        let field = field.clone();
        Memo::new(move |_| match widget {
            Widget::Date => filling.effective.with(|answers| date_limits(&field, answers, filling.today())),
            _ => (None, None),
        })
    };
    let key = field.key.clone();
    let first = untrack(|| filling.text(&key));
    let text = TypedText::keep(&asked);
    let typed = move |event: leptos::ev::Event| text.note(filling, &key, event_target_value(&event));
    let control = view! {
        <input
            class=class
            id=asked.id.clone()
            name=field.key.clone()
            type=kind
            inputmode=mode
            dir=free.then_some("auto")
            autocomplete="off"
            autocapitalize=literal.then_some("none")
            spellcheck=literal.then_some("false")
            min=move || limits.get().0.map(|day| day.to_string())
            max=move || limits.get().1.map(|day| day.to_string())
            aria-required=if dated { None } else { asked.required() }
            aria-invalid=asked.wrong()
            aria-describedby=asked.described(None)
            value=first
            on:input=typed
            on:blur=move |_| filling.leave(&field)
        />
    };
    asked.around(control.into_any())
}
