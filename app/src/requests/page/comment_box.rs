//! The box a comment is written in. `@` and a few letters find people; on screen a mention is its name, sent it names the person.

use crate::people::api::search_people;
use crate::ui::focus::focus_soon;
use crate::ui::{Avatar, field_error};
use domain::id::TaskId;
use domain::people::PersonRef;
use domain::requests::comments::{CommentAudience, CommentPart, parts};
use domain::requests::work::CommentDraft;
use domain::text::{is_blank_text, tidy_prose};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Longest name looked for behind an `@`, in characters.
const LONGEST_NAME: usize = 40;

/// People found for the mention being written.
#[derive(Clone, Copy)]
struct MentionFinder {
    found: RwSignal<Vec<PersonRef>>,
    active: RwSignal<usize>,
    turn: StoredValue<u64>,
}

impl MentionFinder {
    fn close(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.found.set(Vec::new());
        self.active.set(0);
    }

    fn search(self, text: String) {
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        spawn_local(async move {
            let Ok(mut people) = search_people(text).await else { return };
            people.truncate(6);
            if self.turn.try_get_value() == Some(turn) {
                self.active.set(0);
                self.found.set(people);
            }
        });
    }
}

/// The box with its buttons. `text` is what is sent: it survives a refusal.
#[component]
pub fn CommentBox(
    /// Unique on the page.
    id: &'static str,
    text: RwSignal<String>,
    /// The writer may write for the people who work on requests alone.
    internal: bool,
    /// Tasks the comment may be about.
    tasks: Vec<(TaskId, String)>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] failed: Signal<Option<String>>,
    send: Callback<CommentDraft>,
    /// Leaves the box; none where it stays.
    #[prop(optional_no_strip)]
    cancel: Option<Callback<()>>,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let known = StoredValue::new(people_of(&text.get_untracked()));
    let shown = RwSignal::new(readable(&text.get_untracked()));
    // Sent, and taken: the box is empty for the next one.
    Effect::new(move |_| {
        if text.with(String::is_empty) {
            shown.set(String::new());
        }
    });
    let audience = RwSignal::new(CommentAudience::Public);
    let about = RwSignal::new(None::<TaskId>);
    let tried = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    let finder = MentionFinder { found: RwSignal::new(Vec::new()), active: RwSignal::new(0), turn: StoredValue::new(0) };
    let pick = Callback::new(move |person: PersonRef| {
        let Some(area) = area.get_untracked() else { return };
        let value = area.value();
        let caret = caret(&area, &value);
        if let Some(from) = mention_start(&value[..caret]) {
            let words = format!("{}@{} {}", &value[..from], person.name, value[caret..].trim_start());
            known.update_value(|known| known.push((person.name.clone(), person.id.to_string())));
            text.set(sendable(&words, &known.get_value()));
            shown.set(words);
        }
        finder.close();
        focus_soon(id.to_owned());
    });
    let typed = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        text.set(sendable(&value, &known.get_value()));
        let looked_for = area.get_untracked().and_then(|area| {
            let before = &value[..caret(&area, &value)];
            let from = mention_start(before)?;
            Some(before[from + 1..].to_owned())
        });
        shown.set(value);
        error.set(None);
        match looked_for {
            Some(name)
                if !is_blank_text(&name) && !known.with_value(|known| known.iter().any(|(one, _)| name.starts_with(one.as_str()))) =>
            {
                finder.search(name);
            }
            _ => finder.close(),
        }
    };
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        let body = text.with_untracked(|text| tidy_prose(text).into_owned());
        if body.is_empty() {
            error.set(Some("Enter a comment"));
            focus_soon(id.to_owned());
            return;
        }
        tried.set(true);
        finder.close();
        send.run(CommentDraft { audience: audience.get_untracked(), task: about.get_untracked(), body });
    };
    let pressed = move |event: KeyboardEvent| press(&event, finder, pick, submit);
    let problem = move || {
        let refused = failed.get().filter(|_| tried.get());
        error.get().map(str::to_owned).or(refused).map(|message| field_error(message, &format!("{id}-e")))
    };
    let choices = (!tasks.is_empty()).then(|| about_view(id, tasks, about));
    let switch = internal.then(|| audience_view(id, audience));
    let is_edit = cancel.is_some();
    let leave = cancel.map(|cancel| {
        view! {
            <button class="button button--sm" type="button" on:click=move |_| cancel.run(())>
                "Keep it as it was"
            </button>
        }
        .into_any()
    });
    let words = move || match (is_edit, audience.get()) {
        (true, _) => "Save comment",
        (false, CommentAudience::Public) => "Comment",
        (false, CommentAudience::Internal) => "Comment internally",
    };
    view! {
        <form
            class="composer"
            class:slip__foot=!is_edit
            class:is-internal=move || audience.get() == CommentAudience::Internal
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <label class="visually-hidden" for=id>
                "Comment"
            </label>
            {problem}
            <div class="combobox">
                <textarea
                    dir="auto"
                    class="textarea composer__box"
                    id=id
                    rows="2"
                    node_ref=area
                    placeholder="Write a comment. @ mentions somebody."
                    aria-describedby=format!("{id}-e")
                    aria-controls=format!("{id}-people")
                    aria-activedescendant=move || finder.found.with(|found| (!found.is_empty()).then(|| format!("{id}-{}", finder.active.get())))
                    prop:value=move || shown.get()
                    on:input=typed
                    on:keydown=pressed
                ></textarea>
                {people_view(id, finder, pick)}
            </div>
            <div class="row composer__foot">{switch} {choices} <span class="row push">{leave} <button class="button button--sm button--primary" type="submit">{words}</button></span></div>
        </form>
    }
    .into_any()
}

fn press(event: &KeyboardEvent, finder: MentionFinder, pick: Callback<PersonRef>, submit: impl Fn()) {
    if event.is_composing() {
        return;
    }
    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
        event.prevent_default();
        if !event.repeat() {
            submit();
        }
        return;
    }
    let count = finder.found.with_untracked(Vec::len);
    if count == 0 {
        return;
    }
    match event.key().as_str() {
        "ArrowDown" => finder.active.update(|at| *at = (*at + 1) % count),
        "ArrowUp" => finder.active.update(|at| *at = (*at + count - 1) % count),
        "Enter" | "Tab" => {
            if let Some(person) = finder.found.with_untracked(|found| found.get(finder.active.get_untracked()).cloned()) {
                pick.run(person);
            }
        }
        "Escape" => {
            event.stop_propagation();
            finder.close();
        }
        _ => return,
    }
    event.prevent_default();
}

fn people_view(id: &'static str, finder: MentionFinder, pick: Callback<PersonRef>) -> AnyView {
    let rows = move || {
        let people = finder.found.get().into_iter().enumerate();
        people.map(|(place, person)| person_view(id, finder, pick, place, person)).collect_view()
    };
    view! {
        <div
            class="listbox combobox__list"
            id=format!("{id}-people")
            role="listbox"
            aria-label="People to mention"
            hidden=move || finder.found.with(Vec::is_empty)
        >
            {rows}
        </div>
    }
    .into_any()
}

fn person_view(id: &'static str, finder: MentionFinder, pick: Callback<PersonRef>, place: usize, person: PersonRef) -> AnyView {
    let active = move || finder.active.get() == place;
    let (name, title) = (person.name.clone(), person.title.clone());
    view! {
        <div
            class="option"
            class:is-active=active
            role="option"
            id=format!("{id}-{place}")
            aria-selected=move || if active() { "true" } else { "false" }
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| pick.run(person.clone())
        >
            <Avatar name=name.clone() />
            <span>{name} " " <span class="option__sub">{title}</span></span>
        </div>
    }
    .into_any()
}

fn audience_view(id: &'static str, audience: RwSignal<CommentAudience>) -> AnyView {
    let changed = move |event: leptos::ev::Event| {
        audience.set(if event_target_checked(&event) { CommentAudience::Internal } else { CommentAudience::Public });
    };
    view! {
        <label class="choice" for=format!("{id}-internal")>
            <input
                class="check"
                type="checkbox"
                id=format!("{id}-internal")
                prop:checked=move || audience.get() == CommentAudience::Internal
                on:change=changed
            />
            <span>"Internal: only those who work on requests read it"</span>
        </label>
    }
    .into_any()
}

fn about_view(id: &'static str, tasks: Vec<(TaskId, String)>, about: RwSignal<Option<TaskId>>) -> AnyView {
    let options = tasks
        .into_iter()
        .map(|(id, title)| view! { <option value=id.to_string()>{format!("About “{title}”")}</option> }.into_any())
        .collect_view();
    view! {
        <label class="visually-hidden" for=format!("{id}-about")>
            "What it is about"
        </label>
        <select class="select select--sm" id=format!("{id}-about") on:change=move |event| about.set(event_target_value(&event).parse().ok())>
            <option value="">"About the request"</option>
            {options}
        </select>
    }
    .into_any()
}

/// Where the caret stands, in bytes of the text.
fn caret(area: &leptos::web_sys::HtmlTextAreaElement, value: &str) -> usize {
    let units = area.selection_start().ok().flatten().map_or(usize::MAX, |at| at as usize);
    bytes(value, units)
}

/// The byte at so many UTF-16 units, which is how browsers count.
fn bytes(value: &str, units: usize) -> usize {
    let mut left = units;
    for (at, letter) in value.char_indices() {
        if left < letter.len_utf16() {
            return at;
        }
        left -= letter.len_utf16();
    }
    value.len()
}

/// The `@` of the mention that is being written at the end of this text: at the start of a word, its name not too long.
fn mention_start(before: &str) -> Option<usize> {
    let at = before.rfind('@')?;
    let name = &before[at + 1..];
    let begins = before[..at].chars().next_back().is_none_or(|letter| letter.is_whitespace() || letter == '(');
    (begins && !name.contains('\n') && name.chars().count() <= LONGEST_NAME).then_some(at)
}

/// Names and ids of the people a text mentions.
fn people_of(body: &str) -> Vec<(String, String)> {
    let mentions = parts(body).into_iter().filter_map(|part| match part {
        CommentPart::Mention { id, name } => Some((name.to_owned(), id.to_owned())),
        CommentPart::Text(_) => None,
    });
    mentions.collect()
}

/// A comment as it is written: mentions as names.
fn readable(body: &str) -> String {
    let words = parts(body).into_iter().map(|part| match part {
        CommentPart::Text(text) => text.to_owned(),
        CommentPart::Mention { name, .. } => format!("@{name}"),
    });
    words.collect()
}

/// A comment as it is sent: names of known people behind an `@` become mentions, the longest name first.
fn sendable(written: &str, known: &[(String, String)]) -> String {
    let mut known: Vec<&(String, String)> = known.iter().collect();
    known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut sent = String::new();
    let mut rest = written;
    while let Some(at) = rest.find('@') {
        let (before, from) = rest.split_at(at);
        sent.push_str(before);
        match known.iter().find(|(name, _)| from[1..].starts_with(name.as_str())) {
            Some((name, id)) => {
                sent.push_str(&format!("@[{name}]({id})"));
                rest = &from[1 + name.len()..];
            }
            None => {
                sent.push('@');
                rest = &from[1..];
            }
        }
    }
    sent.push_str(rest);
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANA: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_mention_is_its_name_on_screen_and_a_person_when_sent() {
        let known = [("Hana Sato".to_owned(), HANA.to_owned()), ("Hana".to_owned(), HANA.replace('1', "2"))];
        let sent = sendable("@Hana Sato and @nobody: look, @Hana!", &known);
        assert_eq!(sent, format!("@[Hana Sato]({HANA}) and @nobody: look, @[Hana]({})!", HANA.replace('1', "2")));
        assert_eq!(readable(&sent), "@Hana Sato and @nobody: look, @Hana!");
        assert_eq!(people_of(&sent)[0], known[0]);
    }

    #[test]
    fn a_mention_begins_at_a_word_and_not_in_an_address() {
        assert_eq!(mention_start("Ask @Ha"), Some(4));
        assert_eq!(mention_start("@"), Some(0));
        assert_eq!(mention_start("mail hana@north"), None);
        assert_eq!(mention_start("@Hana\nnext line"), None);
        assert_eq!(mention_start(&format!("@{}", "x".repeat(41))), None);
    }

    #[test]
    fn browsers_count_in_utf16() {
        assert_eq!((bytes("aé😀b", 2), bytes("aé😀b", 4), bytes("aé😀b", 99)), (3, 7, 8));
    }
}
