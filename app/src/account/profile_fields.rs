//! What the forms of the account page share: fields that keep what was typed, sentences beside them, and how far the save got.

use crate::error::CallError;
use crate::form::dom;
use crate::ui::focus::focus_soon;
use crate::ui::{Icon, refused_view};
use domain::Refusal;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// How far sending a form got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Resting,
    Sending,
    Done,
}

/// A form being sent. Its controls hold what was typed; nothing here changes it. Copies share the same state.
#[derive(Clone, Copy)]
pub struct FormSending {
    /// Keys of the fields, in the order of the page.
    fields: &'static [&'static str],
    /// The sentences on screen: key of the field, what is wrong.
    problems: RwSignal<Vec<(String, String)>>,
    progress: RwSignal<Progress>,
    /// Why it was not taken, when no field is at fault.
    refused: RwSignal<Option<CallError>>,
    /// Set once the page answers: sent before, a form would leave it.
    live: RwSignal<bool>,
}

impl FormSending {
    /// A form with these fields.
    pub fn new(fields: &'static [&'static str]) -> Self {
        let live = RwSignal::new(false);
        Effect::new(move |_| live.set(true));
        Self { fields, problems: RwSignal::default(), progress: RwSignal::new(Progress::Resting), refused: RwSignal::new(None), live }
    }

    /// What a field holds now.
    pub fn text(self, key: &str) -> String {
        dom::text_of(&id(key)).unwrap_or_default()
    }

    /// Whether sending may begin; it has begun then, and what an earlier one said is gone.
    pub fn begin(self) -> bool {
        if self.progress.get_untracked() == Progress::Sending {
            return false;
        }
        self.refused.set(None);
        self.problems.set(Vec::new());
        self.progress.set(Progress::Sending);
        true
    }

    /// It was taken.
    pub fn done(self) {
        self.progress.try_set(Progress::Done);
    }

    /// It was not: says why, and puts the focus on the first field that is wrong.
    pub fn failed(self, error: CallError) {
        match by_field(&error, self.fields) {
            Some(problems) => self.wrong(problems),
            None => {
                self.progress.try_set(Progress::Resting);
                self.refused.try_set(Some(error));
            }
        }
    }

    /// These fields are wrong.
    pub fn wrong(self, problems: Vec<(String, String)>) {
        let first = self.fields.iter().find(|field| problems.iter().any(|(key, _)| key == **field));
        self.progress.try_set(Progress::Resting);
        if self.problems.try_set(problems).is_none()
            && let Some(first) = first
        {
            focus_soon(id(first));
        }
    }

    /// Something was typed or chosen: what was said about it is over.
    pub fn changed(self, event: &leptos::ev::Event) {
        if self.progress.get_untracked() == Progress::Done {
            self.progress.set(Progress::Resting);
        }
        let Some(field) = event.target().and_then(|target| target.dyn_into::<Element>().ok()).map(|element| element.id()) else { return };
        if self.problems.with_untracked(|problems| problems.iter().any(|(key, _)| id(key) == field)) {
            self.problems.update(|problems| problems.retain(|(key, _)| id(key) != field));
        }
    }

    fn problem(self, key: &'static str) -> Option<String> {
        self.problems.with(|problems| problems.iter().find(|(field, _)| field == key).map(|(_, message)| message.clone()))
    }

    fn is_wrong(self, key: &'static str) -> bool {
        self.problems.with(|problems| problems.iter().any(|(field, _)| field == key))
    }

    /// `aria-invalid` of a field.
    pub fn invalid(self, key: &'static str) -> impl Fn() -> Option<&'static str> + Send + Sync + Copy + 'static {
        move || self.is_wrong(key).then_some("true")
    }

    /// `aria-describedby` of a field: its hint, and what is wrong with it.
    pub fn described(self, key: &'static str, hint: bool) -> impl Fn() -> Option<String> + Send + Sync + Copy + 'static {
        move || {
            let hint = hint.then(|| format!("{}-hint", id(key)));
            let error = self.is_wrong(key).then(|| format!("{}-error", id(key)));
            let ids: Vec<String> = [hint, error].into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }
}

/// The id of a field's control.
pub fn id(key: &str) -> String {
    format!("account-{key}")
}

/// What an error says about these fields; None when it is about something else.
fn by_field(error: &CallError, fields: &[&str]) -> Option<Vec<(String, String)>> {
    let problems = match error {
        CallError::Refused { refusal: Refusal::Problems { problems } } => {
            problems.iter().map(|problem| (problem.field.clone(), problem.message.clone())).collect()
        }
        CallError::Refused { refusal: Refusal::Input { path, message } } => vec![(path.clone(), message.clone())],
        _ => return None,
    };
    let known = |problems: &Vec<(String, String)>| !problems.is_empty() && problems.iter().all(|(key, _)| fields.contains(&key.as_str()));
    Some(problems).filter(known)
}

/// A field: its words, and what differs between one-line controls.
#[derive(Clone, Copy)]
pub struct ProfileLine {
    pub key: &'static str,
    pub label: &'static str,
    /// May be empty.
    pub hint: &'static str,
    pub optional: bool,
    /// Of the `input`.
    pub kind: &'static str,
    pub autocomplete: &'static str,
}

/// One line to type into.
pub fn line(sending: FormSending, line: ProfileLine, value: String) -> AnyView {
    let ProfileLine { key, kind, autocomplete, .. } = line;
    let control = view! {
        <input
            class="input"
            id=id(key)
            name=key
            type=kind
            autocomplete=autocomplete
            aria-required=(!line.optional).then_some("true")
            aria-invalid=sending.invalid(key)
            aria-describedby=sending.described(key, !line.hint.is_empty())
            value=value
        />
    };
    around(sending, line, control.into_any())
}

/// Label, hint and problem around a control.
pub fn around(sending: FormSending, line: ProfileLine, control: AnyView) -> AnyView {
    let ProfileLine { key, label, hint, optional, .. } = line;
    let optional = optional.then(|| {
        view! {
            " "
            <span class="field__opt">"(optional)"</span>
        }
    });
    let hint = (!hint.is_empty()).then(|| {
        view! {
            <p class="field__hint" id=format!("{}-hint", id(key))>
                {hint}
            </p>
        }
    });
    let error = move || {
        sending.problem(key).map(|message| {
            view! {
                <p class="field__error" id=format!("{}-error", id(key))>
                    <Icon name="circle-alert" />
                    <span>{message}</span>
                </p>
            }
        })
    };
    view! {
        <div class="field" class:is-error=move || sending.is_wrong(key)>
            <label class="field__label" for=id(key)>
                {label}
                {optional}
            </label>
            {hint}
            {error}
            {control}
        </div>
    }
    .into_any()
}

/// The end of a form: why it was not taken, the button, and that it was.
pub fn foot(sending: FormSending, button: &'static str, done: &'static str) -> AnyView {
    let refused = move || sending.refused.get().map(|error| refused_view(&error));
    let words = move || if sending.progress.get() == Progress::Sending { "Saving" } else { button };
    let said = move || {
        (sending.progress.get() == Progress::Done).then(|| {
            view! {
                <Icon name="check" />
                <span>{done}</span>
            }
        })
    };
    view! {
        {refused}
        <div class="row row--wrap account__foot">
            <button class="button button--primary" type="submit" disabled=move || !sending.live.get()>
                {words}
            </button>
            <p class="saved" role="status">
                {said}
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Problem;

    #[test]
    fn what_is_said_about_a_field_is_shown_there_and_all_else_over_the_button() {
        let fields = ["name", "phone"];
        let refused = |refusal| CallError::Refused { refusal };
        let input = refused(Refusal::input("phone", "Too long."));
        assert_eq!(by_field(&input, &fields), Some(vec![("phone".to_owned(), "Too long.".to_owned())]));
        let problem = Problem { section: String::new(), field: "name".to_owned(), message: "Enter a name.".to_owned() };
        let problems = refused(Refusal::Problems { problems: vec![problem] });
        assert_eq!(by_field(&problems, &fields), Some(vec![("name".to_owned(), "Enter a name.".to_owned())]));
        for other in [refused(Refusal::input("", "Unreadable.")), refused(Refusal::TooMany { seconds: 3 }), CallError::Offline] {
            assert_eq!(by_field(&other, &fields), None, "{other}");
        }
    }
}
