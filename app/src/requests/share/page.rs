//! One task for somebody without an account: what to do, until when, for whom; to say how it went; phone first.

use super::api::{change_shared, comment_shared, open_share};
use crate::error::CallError;
use crate::requests::tasks::slip::{due_words, status};
use crate::ui::focus::focus_soon;
use crate::ui::{BrandLink, Icon, PageTitle, TimeText, field_error};
use crate::wire::page_data;
use domain::requests::share::VIA_LINK;
use domain::requests::tasks::TaskStatus;
use domain::requests::work::{SharedChange, SharedComment, SharedTask};
use domain::text::{tidy_line, tidy_prose};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use std::future::Future;

/// `/share/:token`.
#[component]
pub fn SharePage() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let task = page_data(move || token.get(), open_share);
    view! {
        <PageTitle text="Shared task · Docket" />
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                match task.await {
                    Ok(task) => view! { <LoadedRequestsSharePage task token=token.get_untracked() /> }.into_any(),
                    Err(error) => view! { <Closed error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The link opens nothing: the same page for every reason.
#[component]
fn Closed(error: CallError) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !matches!(error, CallError::Refused { refusal: domain::Refusal::TooMany { .. } }) {
        crate::context::set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <div class="share">
            <header class="share__top">
                <BrandLink />
            </header>
            <main class="share__slip">
                <div class="share__body">
                    <h1>"Nothing to see here"</h1>
                    <p>{error.message()}</p>
                </div>
            </main>
        </div>
    }
    .into_any()
}

/// The page at work.
#[derive(Clone, Copy)]
struct Guest {
    task: RwSignal<SharedTask>,
    token: StoredValue<String>,
    name: RwSignal<String>,
    note: RwSignal<String>,
    name_error: RwSignal<Option<&'static str>>,
    note_error: RwSignal<Option<&'static str>>,
    failed: RwSignal<Option<String>>,
    said: RwSignal<String>,
    busy: RwSignal<bool>,
}

impl Guest {
    /// The name, when one is given.
    fn named(self) -> Option<String> {
        let name = self.name.with_untracked(|name| tidy_line(name).into_owned());
        if name.is_empty() {
            self.name_error.set(Some("Enter your name"));
            focus_soon("share-name".to_owned());
            return None;
        }
        Some(name)
    }

    /// Sends something; `show` puts what became of it on the page.
    fn send<T: 'static>(
        self,
        said: &'static str,
        call: impl Future<Output = Result<T, CallError>> + 'static,
        show: impl FnOnce(&mut SharedTask, T) + 'static,
    ) {
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok(done) => {
                    self.task.try_update(|task| show(task, done));
                    self.note.try_set(String::new());
                    self.said.try_set(said.to_owned());
                }
                Err(error) => {
                    self.failed.try_set(Some(error.message()));
                }
            }
        });
    }

    fn change(self, to: TaskStatus, said: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        let Some(name) = self.named() else { return };
        let (token, notes) = (self.token.get_value(), self.note.get_untracked());
        self.send(said, change_shared(token, name, to, notes), |task, SharedChange { status, notes, locked }| {
            (task.status, task.notes, task.locked) = (status, notes, locked);
        });
    }

    fn comment(self) {
        if self.busy.get_untracked() {
            return;
        }
        let Some(name) = self.named() else { return };
        let body = self.note.with_untracked(|note| tidy_prose(note).into_owned());
        if body.is_empty() {
            self.note_error.set(Some("Enter a note"));
            focus_soon("share-note".to_owned());
            return;
        }
        let token = self.token.get_value();
        self.send("Note sent", comment_shared(token, name, body), |task, comment| task.comments.push(comment));
    }
}

#[component]
fn LoadedRequestsSharePage(task: SharedTask, token: String) -> impl IntoView {
    let guest = Guest {
        task: RwSignal::new(task),
        token: StoredValue::new(token),
        name: RwSignal::new(String::new()),
        note: RwSignal::new(String::new()),
        name_error: RwSignal::new(None),
        note_error: RwSignal::new(None),
        failed: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
    };
    let shown = guest.task;
    let first = shown.get_untracked();
    let locked = Memo::new(move |_| shown.with(|task| task.locked.clone()));
    let at = Memo::new(move |_| shown.with(|task| task.status));
    let comments = move || shown.with(|task| task.comments.iter().cloned().map(remark).collect_view());
    let has_comments = Memo::new(move |_| shown.with(|task| !task.comments.is_empty()));
    let said = move || {
        has_comments.get().then(|| {
            view! { <section class="share__sec"><h2>"Notes"</h2><ol class="comments" role="list">{comments}</ol></section> }.into_any()
        })
    };
    let answer = move || match locked.get() {
        Some(why) => closed_note(why),
        None => form(guest),
    };
    let bar = move || (locked.get().is_none()).then(|| bar(guest, at.get()));
    view! {
        <div class="share">
            <header class="share__top">
                <BrandLink />
                <span class="share__from">{format!("from {}", first.organization)}</span>
            </header>
            <main class="share__slip">
                <div class="share__stub">
                    <div>
                        <span class="docket__stub-label">"Task of docket"</span>
                        <p class="serial">{first.number.clone()}</p>
                    </div>
                    {move || status(at.get())}
                </div>
                <div class="perf" aria-hidden="true"></div>
                <div class="share__body">
                    <h1>{first.title.clone()}</h1>
                    {facts(&first)}
                    {what(&first)}
                    {move || shown.with(|task| notes(&task.notes))}
                    {said}
                </div>
                <div class="perf" aria-hidden="true"></div>
                {answer}
            </main>
            <footer class="share__foot">
                <p>"Works without an account until " <TimeText at=first.expires_at />". This link shows this task only."</p>
                <p role="status">{move || guest.said.get()}</p>
            </footer>
            {bar}
        </div>
    }
    .into_any()
}

fn facts(task: &SharedTask) -> AnyView {
    let overdue = task.overdue;
    let due = task.due.map(|due| {
        view! {
            <div>
                <Icon name="calendar-clock" />
                <dt class="visually-hidden">"Due"</dt>
                <dd>
                    <b>{format!("Due {}", due_words(due, overdue))}</b>
                </dd>
            </div>
        }
        .into_any()
    });
    let contact = task.contact.clone();
    view! {
        <dl class="share__facts">
            {due}
            <div>
                <Icon name="user-round" />
                <dt class="visually-hidden">"Contact"</dt>
                <dd>
                    <b>{contact.name}</b>
                    <span>{contact.title}</span>
                </dd>
            </div>
        </dl>
    }
    .into_any()
}

fn what(task: &SharedTask) -> Option<AnyView> {
    let text = task.description.clone();
    (!text.is_empty())
        .then(|| view! { <section class="share__sec"><h2>"What to do"</h2><p class="comment__text">{text}</p></section> }.into_any())
}

fn notes(text: &str) -> Option<AnyView> {
    let text = text.to_owned();
    (!text.is_empty())
        .then(|| view! { <section class="share__sec"><h2>"What came of it"</h2><p class="comment__text">{text}</p></section> }.into_any())
}

fn remark(comment: SharedComment) -> AnyView {
    let outside = comment.outside.then(|| view! { <span class="tag">{VIA_LINK}</span>" " }.into_any());
    view! {
        <li class="share__remark">
            <p>
                <b>{comment.author}</b>
                " "
                {outside}
                <span class="muted">
                    <TimeText at=comment.at />
                </span>
            </p>
            <p class="comment__text">{comment.body}</p>
        </li>
    }
    .into_any()
}

fn closed_note(why: String) -> AnyView {
    view! {
        <p class="share__body row soft">
            <Icon name="lock" />
            <span>{why}</span>
        </p>
    }
    .into_any()
}

fn form(guest: Guest) -> AnyView {
    let failed = move || guest.failed.get().map(|message| field_error(message, "share-f"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        guest.comment();
    };
    let named = move |event: leptos::ev::Event| {
        guest.name.set(event_target_value(&event));
        guest.name_error.set(None);
    };
    let noted = move |event: leptos::ev::Event| {
        guest.note.set(event_target_value(&event));
        guest.note_error.set(None);
    };
    view! {
        <form class="share__body" id="task" novalidate on:submit=submit>
            <h2 class="share__h">"Tell us how it went"</h2>
            {failed}
            <div class="field" class:is-error=move || guest.name_error.get().is_some()>
                <label class="field__label" for="share-name">
                    "Your name"
                </label>
                {move || guest.name_error.get().map(|message| field_error(message.to_owned(), "share-name-e"))}
                <input
                    class="input"
                    id="share-name"
                    autocomplete="name"
                    maxlength="80"
                    aria-describedby="share-name-e"
                    prop:value=move || guest.name.get()
                    on:input=named
                />
            </div>
            <div class="field" class:is-error=move || guest.note_error.get().is_some()>
                <label class="field__label" for="share-note">
                    "Note "
                    <span class="field__opt">"(optional)"</span>
                </label>
                {move || guest.note_error.get().map(|message| field_error(message.to_owned(), "share-note-e"))}
                <textarea
                    dir="auto"
                    class="textarea"
                    id="share-note"
                    rows="3"
                    aria-describedby="share-note-e"
                    prop:value=move || guest.note.get()
                    on:input=noted
                ></textarea>
            </div>
            <div class="row">
                <button class="button button--lg" type="submit">
                    <Icon name="message-square" />
                    "Send the note"
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// The two actions within reach of the thumb.
fn bar(guest: Guest, at: TaskStatus) -> AnyView {
    let start = move |_| guest.change(TaskStatus::InProgress, "Started");
    let done = move |_| guest.change(TaskStatus::Done, "Marked done");
    let again = move |_| guest.change(TaskStatus::Open, "Opened again");
    let mark_done = move || {
        view! {
            <button class="button button--lg button--primary" type="button" on:click=done>
                <Icon name="check" />
                "Mark done"
            </button>
        }
    };
    match at {
        TaskStatus::Open => view! {
            <div class="share__bar">
                <button class="button button--lg" type="button" on:click=start>
                    <Icon name="play" />
                    "Start"
                </button>
                {mark_done()}
            </div>
        }
        .into_any(),
        TaskStatus::InProgress => view! {
            <div class="share__bar share__bar--one">{mark_done()}</div>
        }
        .into_any(),
        TaskStatus::Done => view! {
            <div class="share__bar share__bar--one">
                <button class="button button--lg" type="button" on:click=again>
                    <Icon name="rotate-ccw" />
                    "Not done after all"
                </button>
            </div>
        }
        .into_any(),
        TaskStatus::Cancelled => ().into_any(),
    }
}
