//! One line: text, numbers, e-mail, telephone, date, date and time.

use super::{Asked, adopt};
use domain::forms::fields::{Widget, date_limits};
use leptos::prelude::*;

/// A native input. Numbers are text with a number keyboard: what is typed stays exact.
#[component]
pub fn Line(asked: Asked, widget: Widget) -> impl IntoView {
    adopt(&asked, asked.filling.early_text(&asked.id));
    let (filling, field) = (asked.filling, asked.field.clone());
    let (kind, mode) = match widget {
        Widget::Email => ("email", None),
        Widget::Tel => ("tel", None),
        Widget::Date => ("date", None),
        Widget::DateTime => ("datetime-local", None),
        Widget::Number if field.kind == "integer" => ("text", Some("numeric")),
        Widget::Number => ("text", Some("decimal")),
        _ => ("text", None),
    };
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
    let shown = {
        let key = key.clone();
        move || filling.text(&key)
    };
    let first = untrack(&shown);
    let typed = move |event: leptos::ev::Event| filling.edit(&key, event_target_value(&event).into());
    let control = view! {
        <input
            class=class
            id=asked.id.clone()
            name=field.key.clone()
            type=kind
            inputmode=mode
            autocomplete="off"
            min=move || limits.get().0.map(|day| day.to_string())
            max=move || limits.get().1.map(|day| day.to_string())
            aria-required=if dated { None } else { asked.required() }
            aria-invalid=asked.wrong()
            aria-describedby=asked.described(None)
            value=first
            prop:value=shown
            on:input=typed
            on:blur=move |_| filling.leave(&field)
        />
    };
    asked.around(control.into_any())
}
