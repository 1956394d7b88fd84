//! The closed set of widgets, native controls first. A field's type names one of them; nothing here knows a particular form.

mod choices;
mod input;
pub(crate) mod picker;
mod select;
mod textarea;

use super::FormState;
use super::dom::{self, control_id};
use crate::ui::Icon;
use choices::{CheckboxGroup, ChoiceCards, SingleCheckbox};
use domain::forms::Field;
use domain::forms::fields::{Widget, find};
use input::LineInput;
use leptos::prelude::*;
use picker::{PickerField, PickerSource};
use select::SelectInput;
use textarea::AreaInput;

/// One question: label, hint, problem and control.
#[component]
pub fn FieldView(filling: FormState, field: Field) -> impl IntoView {
    let asked = FieldWidget::new(filling, field);
    match find(&asked.field.kind).map(|known| known.widget) {
        Some(Widget::TextArea) => view! { <AreaInput asked /> }.into_any(),
        Some(Widget::Checkbox) => view! { <SingleCheckbox asked /> }.into_any(),
        Some(Widget::Select) => view! { <SelectInput asked /> }.into_any(),
        Some(Widget::Checkboxes) => view! { <CheckboxGroup asked /> }.into_any(),
        Some(Widget::Radios) => view! { <ChoiceCards asked /> }.into_any(),
        Some(Widget::PersonPicker) => view! { <PickerField asked source=PickerSource::People /> }.into_any(),
        Some(Widget::GroupPicker) => view! { <PickerField asked source=PickerSource::Groups /> }.into_any(),
        Some(Widget::SpacePicker) => view! { <PickerField asked source=PickerSource::Spaces /> }.into_any(),
        Some(widget) => view! { <LineInput asked widget /> }.into_any(),
        None => view! { <LineInput asked widget=Widget::Text /> }.into_any(),
    }
}

/// A field on screen, with the ids that tie its parts together.
#[derive(Clone)]
pub struct FieldWidget {
    filling: FormState,
    field: Field,
    id: String,
    problem: Memo<Option<String>>,
}

impl FieldWidget {
    fn new(filling: FormState, field: Field) -> Self {
        let problem = filling.problem(&field.key);
        Self { filling, id: control_id(&field.key), problem, field }
    }

    /// `aria-describedby`: what is on screen of hint, problem and `more`.
    fn described(&self, more: Option<&str>) -> impl Fn() -> Option<String> + Send + Sync + Clone + 'static {
        let hint = (!self.field.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = format!("{}-error", self.id);
        let (problem, more) = (self.problem, more.map(str::to_owned));
        move || {
            let error = problem.with(Option::is_some).then(|| error.clone());
            let ids: Vec<String> = [hint.clone(), error, more.clone()].into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }

    /// `aria-invalid`.
    fn wrong(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + Copy + 'static {
        let problem = self.problem;
        move || problem.with(Option::is_some).then_some("true")
    }

    /// Whether the field shows a problem, for its class.
    fn is_wrong(&self) -> impl Fn() -> bool + Send + Sync + Copy + 'static {
        let problem = self.problem;
        move || problem.with(Option::is_some)
    }

    /// `aria-required`.
    fn required(&self) -> Option<&'static str> {
        self.field.required.then_some("true")
    }

    /// The words of the question.
    fn label(&self) -> AnyView {
        let optional = (!self.field.required).then(|| {
            view! {
                " "
                <span class="field__opt">"(optional)"</span>
            }
        });
        view! {
            {self.field.label.clone()}
            {optional}
        }
        .into_any()
    }

    fn hint(&self) -> Option<AnyView> {
        let words = self.field.hint.clone();
        (!words.is_empty()).then(|| {
            view! {
                <p class="field__hint" id=format!("{}-hint", self.id)>
                    {words}
                </p>
            }
            .into_any()
        })
    }

    fn error(&self) -> impl IntoView + 'static {
        let (problem, id) = (self.problem, format!("{}-error", self.id));
        move || {
            problem.get().map(|message| {
                view! {
                    <p class="field__error" id=id.clone()>
                        <Icon name="circle-alert" />
                        <span>{message}</span>
                    </p>
                }
            })
        }
    }

    /// Label, hint and problem around one control.
    fn around(&self, control: AnyView) -> AnyView {
        view! {
            <div class="field" class:is-error=self.is_wrong()>
                <label class="field__label" for=self.id.clone()>
                    {self.label()}
                </label>
                {self.hint()}
                {self.error()}
                {control}
            </div>
        }
        .into_any()
    }

    /// Legend, hint and problem around several controls.
    fn around_several(&self, controls: AnyView) -> AnyView {
        view! {
            <fieldset class="fieldset" class:is-error=self.is_wrong() aria-describedby=self.described(None)>
                <legend>{self.label()}</legend>
                {self.hint()}
                {self.error()}
                {controls}
            </fieldset>
        }
        .into_any()
    }
}

/// Takes over what was typed into the server's page before it became live.
fn adopt(asked: &FieldWidget, early: Option<String>) {
    let (filling, key) = (asked.filling, asked.field.key.clone());
    let known = untrack(|| filling.text(&key));
    if let Some(early) = early.filter(|early| early.trim() != known.trim()) {
        Effect::new(move |_| filling.edit(&key, early.clone().into()));
    }
}

/// The text of a control as the person types it. The control owns it: what was typed is never written back, as a browser may hold it in
/// another writing or in parts, and would lose the caret or what is half typed. Only what changes elsewhere is written.
#[derive(Clone, Copy)]
struct TypedText(StoredValue<Option<String>>);

impl TypedText {
    /// Keeps the control of a field up to date.
    fn keep(asked: &FieldWidget) -> Self {
        let (typed, filling) = (StoredValue::new(None::<String>), asked.filling);
        let (key, id) = (asked.field.key.clone(), asked.id.clone());
        // What is kept on the device may be there before this runs for the first time.
        let first = untrack(|| filling.text(&key));
        Effect::new(move |before: Option<String>| {
            let now = filling.text(&key);
            let own = typed.with_value(|typed| typed.as_deref() == Some(now.as_str()));
            if !own && before.as_ref().unwrap_or(&first) != &now {
                typed.set_value(None);
                dom::set_text(&id, &now);
            }
            now
        });
        Self(typed)
    }

    /// The control now holds this.
    fn note(self, asked: FormState, key: &str, text: String) {
        self.0.set_value(Some(text.clone()));
        asked.edit(key, text.into());
    }
}
