//! Giving: the request to somebody who works on it, a rule to another approver. Both ask whom.

use super::actions::{closed_when, give_back};
use super::ask_dialog::AskDialog;
use super::sheet::RequestSheet;
use crate::form::widgets::picker::{PickerLine, PickerResults, PickerSource, PickerState, press};
use crate::people::search::find_for_picker;
use crate::ui::{Avatar, Icon, field_error};
use domain::approvals::wire::RuleView;
use domain::id::{GroupId, PersonId};
use domain::requests::actions::{ActionAsks, ActionCall, ActionKind, ActionReceiver};
use domain::text::{is_blank_text, tidy_prose};
use leptos::prelude::*;

/// Somebody out of a list: id and name.
type Picked = RwSignal<Option<(String, String)>>;

/// What to say when what an action asks for beside words is left out.
pub fn missing(kind: ActionKind) -> Option<&'static str> {
    match kind.row().asks {
        ActionAsks::Person { missing } | ActionAsks::Time { missing } | ActionAsks::Approver { missing, .. } => Some(missing),
        ActionAsks::Nothing | ActionAsks::Words(_) => None,
    }
}

/// Asks whom to give the request to.
#[component]
pub fn AssignDialog(sheet: RequestSheet, open: RwSignal<bool>) -> impl IntoView {
    let picked: Picked = RwSignal::new(None);
    let error = RwSignal::new(None::<&'static str>);
    let send = Callback::new(move |()| {
        let Some((id, name)) = picked.get_untracked() else {
            error.set(missing(ActionKind::Assign));
            return;
        };
        let Ok(id) = id.parse().map(PersonId) else { return };
        let said = move |page: &_| (format!("Given to {name}"), give_back(sheet, page));
        sheet.perform(ActionCall::assign(id), said, move |fine| closed_when(fine, open));
    });
    let body = view! {
        <PickField id="assign-to" label="Person" hint="Somebody who works on requests." source=PickerSource::Workers picked error />
    };
    view! {
        <AskDialog id="assign" open title=format!("Give {} to somebody?", sheet.number()) keep="Not now" confirm="Assign" working="Assigning" sheet send>
            {body}
        </AskDialog>
    }
    .into_any()
}

/// Asks who decides a rule instead, and why.
#[component]
pub fn RerouteDialog(sheet: RequestSheet, open: RwSignal<bool>, rule: RuleView) -> impl IntoView {
    let group = RwSignal::new(false);
    let (person_picked, group_picked): (Picked, Picked) = (RwSignal::new(None), RwSignal::new(None));
    let (error, reason_error) = (RwSignal::new(None::<&'static str>), RwSignal::new(None::<&'static str>));
    let reason = RwSignal::new(String::new());
    let key = StoredValue::new(rule.key);
    let asked = ActionKind::Reroute.row().asks.words();
    let send = Callback::new(move |()| {
        let picked = if group.get_untracked() { group_picked.get_untracked() } else { person_picked.get_untracked() };
        let why = reason.with_untracked(|reason| tidy_prose(reason).into_owned());
        if picked.is_none() {
            error.set(Some(if group.get_untracked() { "Choose a group from the list" } else { "Choose a person from the list" }));
        }
        if why.is_empty() {
            reason_error.set(asked.map(|field| field.missing));
        }
        let Some((id, name)) = picked.filter(|_| !why.is_empty()) else { return };
        let to = if group.get_untracked() {
            id.parse().map(GroupId).map(ActionReceiver::Group)
        } else {
            id.parse().map(PersonId).map(ActionReceiver::Person)
        };
        let Ok(to) = to else { return };
        let wanted = ActionCall::reroute(key.get_value(), to, why);
        sheet.perform(wanted, move |_| (format!("Re-routed to {name}"), None), move |fine| closed_when(fine, open));
    });
    let choice = move |label: &'static str, value: bool| {
        view! {
            <label>
                <input
                    class="visually-hidden"
                    type="radio"
                    name="reroute-kind"
                    checked=!value
                    prop:checked=move || group.get() == value
                    on:change=move |_| {
                        group.set(value);
                        error.set(None);
                    }
                />
                {label}
            </label>
        }
        .into_any()
    };
    let whom = move || {
        if group.get() {
            view! { <PickField id="reroute-group" label="Group" hint="Anyone in it may decide." source=PickerSource::Groups picked=group_picked error /> }.into_any()
        } else {
            view! { <PickField id="reroute-person" label="Person" hint="Nobody approves their own request." source=PickerSource::People picked=person_picked error /> }
                .into_any()
        }
    };
    let typed = move |event: leptos::ev::Event| {
        reason.set(event_target_value(&event));
        reason_error.set(None);
    };
    view! {
        <AskDialog id="reroute" open title=format!("Who decides instead of {}?", rule.words) keep="Leave it" confirm="Re-route" working="Re-routing" sheet send>
            <div class="segmented" role="radiogroup" aria-label="Who decides instead">
                {choice("A person", false)} {choice("A group", true)}
            </div>
            {whom}
            <div class="field" class:is-error=move || reason_error.get().is_some()>
                <label class="field__label" for="reroute-reason">
                    {asked.map(|field| field.shown_label())}
                </label>
                <p class="field__hint" id="reroute-reason-h">
                    {asked.map(|field| field.hint)}
                </p>
                {move || reason_error.get().map(|message| field_error(message.to_owned(), "reroute-reason-e"))}
                <textarea
                    dir="auto"
                    class="textarea"
                    id="reroute-reason"
                    aria-describedby="reroute-reason-h reroute-reason-e"
                    aria-invalid=move || reason_error.get().map(|_| "true")
                    prop:value=move || reason.get()
                    on:input=typed
                ></textarea>
            </div>
        </AskDialog>
    }
    .into_any()
}

/// A searchable list of people or groups; the list opens with the field.
#[component]
fn PickField(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    source: PickerSource,
    picked: Picked,
    error: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let search = PickerState::new(source, find_for_picker);
    let text = RwSignal::new(picked.get_untracked().map(|(_, name)| name).unwrap_or_default());
    let name = Memo::new(move |_| (picked.with(Option::is_some), text.get()));
    let pick = Callback::new(move |found: PickerLine| {
        text.set(found.name.clone());
        picked.set(Some((found.id, found.name)));
        error.set(None);
        search.close();
    });
    let typed = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        text.set(typed.clone());
        picked.set(None);
        if is_blank_text(&typed) && source == PickerSource::People { search.close() } else { search.later(typed) }
    };
    let entered = move |_| {
        if source != PickerSource::People && picked.with_untracked(Option::is_none) {
            search.later(text.get_untracked());
        }
    };
    let avatar = move || {
        let known = picked.get().filter(|_| source != PickerSource::Groups);
        known.map(|(_, name)| view! { <span class="affix__text"><Avatar name /></span> })
    };
    view! {
        <div class="field" class:is-error=move || error.get().is_some()>
            <label class="field__label" for=id>
                {label}
            </label>
            <p class="field__hint" id=format!("{id}-h")>
                {hint}
            </p>
            {move || error.get().map(|message| field_error(message.to_owned(), ""))}
            <div class="combobox">
                <div class="affix">
                    {avatar}
                    <input
                        class="input"
                        id=id
                        type="text"
                        role="combobox"
                        autocomplete="off"
                        spellcheck="false"
                        dir="auto"
                        autofocus
                        aria-autocomplete="list"
                        aria-expanded=move || if search.is_open() { "true" } else { "false" }
                        aria-controls=format!("{id}-list")
                        aria-activedescendant=move || search.place().map(|place| format!("{id}-list-{place}"))
                        aria-invalid=move || error.get().map(|_| "true")
                        aria-describedby=format!("{id}-h")
                        prop:value=move || text.get()
                        on:input=typed
                        on:focus=entered
                        on:click=move |_| search.reopen(name)
                        on:keydown=move |event| press(&event, search, name, pick)
                        on:blur=move |_| search.close()
                    />
                    <span class="affix__text combobox__end" on:mousedown=move |event| search.pressed_end(&event, id, name)>
                        <Icon name="chevrons-up-down" />
                    </span>
                </div>
                <PickerResults search list_id=format!("{id}-list") pick />
            </div>
        </div>
    }
    .into_any()
}
