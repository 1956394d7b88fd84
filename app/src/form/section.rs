//! One step: the fields of a section, with those under a condition appearing as soon as it holds, and saying why they are there.

use super::FormState;
use super::widgets::FieldView;
use crate::ui::Icon;
use domain::forms::{AnswerCondition, Field, Form, Section};
use leptos::prelude::*;

/// The questions of one section.
#[component]
pub fn SectionFields(filling: FormState, section: Section) -> impl IntoView {
    let form = filling.form.get_untracked();
    let reason = section.when.as_ref().map(|when| view! { <Reason words=why(when, &form) /> });
    let description = (!section.description.is_empty()).then(|| view! { <p class="field__hint">{section.description.clone()}</p> });
    let blocks = blocks(section.fields).into_iter().map(|(when, fields)| block(filling, &form, when, fields)).collect_view();
    view! {
        {reason}
        {description}
        {blocks}
    }
    .into_any()
}

/// "Asked because …".
#[component]
fn Reason(words: String, #[prop(optional_no_strip)] id: Option<String>) -> impl IntoView {
    view! {
        <p class="conditional__why" id=id>
            <Icon name="git-branch" />
            <span>{words}</span>
        </p>
    }
    .into_any()
}

fn why(when: &AnswerCondition, form: &Form) -> String {
    format!("Asked because {}", when.words(form))
}

/// Neighbours under the same condition belong together.
fn blocks(fields: Vec<Field>) -> Vec<(Option<AnswerCondition>, Vec<Field>)> {
    let mut blocks: Vec<(Option<AnswerCondition>, Vec<Field>)> = Vec::new();
    for field in fields {
        match blocks.last_mut() {
            Some((when, together)) if *when == field.when => together.push(field),
            _ => blocks.push((field.when.clone(), vec![field])),
        }
    }
    blocks
}

fn block(filling: FormState, form: &Form, when: Option<AnswerCondition>, fields: Vec<Field>) -> AnyView {
    let Some(when) = when else {
        return fields.into_iter().map(|field| view! { <FieldView filling field /> }).collect_view().into_any();
    };
    let words = why(&when, form);
    let id = format!("why-{}", fields.first().map(|field| field.key.clone()).unwrap_or_default());
    let open = Memo::new(move |_| filling.effective.with(|answers| when.holds(answers)));
    let inside = move || {
        open.get().then(|| {
            let fields = fields.iter().cloned().map(|field| view! { <FieldView filling field /> }).collect_view();
            view! {
                <section class="conditional" aria-labelledby=id.clone()>
                    <Reason words=words.clone() id=Some(id.clone()) />
                    {fields}
                </section>
            }
        })
    };
    inside.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::forms::FieldRules;

    fn field(key: &str, when: Option<AnswerCondition>) -> Field {
        Field {
            key: key.into(),
            label: key.into(),
            kind: "text".into(),
            hint: String::new(),
            required: false,
            default: None,
            options: vec![],
            rules: FieldRules::default(),
            when,
        }
    }

    #[test]
    fn neighbours_under_the_same_condition_form_one_block() {
        let when = |key: &str| Some(AnswerCondition::Answered { field: key.into(), answered: true });
        let fields = vec![field("a", None), field("b", when("a")), field("c", when("a")), field("d", when("b")), field("e", None)];
        let sizes: Vec<usize> = blocks(fields).iter().map(|(_, fields)| fields.len()).collect();
        assert_eq!(sizes, [1, 2, 1, 1]);
    }
}
