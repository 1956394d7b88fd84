//! What the person may do with a request now: decide, start, complete, cancel, answer a question.

use super::api::act;
use super::page_dialog::WordsDialog;
use crate::approvals::keys::focus;
use crate::error::ApiError;
use crate::ui::{Alert, Icon, toast::use_toasts};
use domain::requests::wire::{Act, RequestPage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

/// A request on its page: what is shown, what is being done, what went wrong.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub shown: RwSignal<RequestPage>,
    busy: RwSignal<Option<&'static str>>,
    error: RwSignal<Option<ApiError>>,
    say: Callback<String>,
}

impl Sheet {
    /// The sheet of a loaded request.
    pub fn new(page: RequestPage) -> Self {
        let toasts = use_toasts();
        let say = Callback::new(move |message: String| toasts.show(message, None));
        Self { shown: RwSignal::new(page), busy: RwSignal::new(None), error: RwSignal::new(None), say }
    }

    /// Whether something is on its way.
    pub fn working(self) -> Signal<bool> {
        Signal::derive(move || self.busy.get().is_some())
    }

    /// Takes a newer state in; an older answer that comes late is left alone.
    pub fn take(self, page: RequestPage) {
        self.shown.try_update(|shown| {
            if page.events.len() >= shown.events.len() {
                *shown = page;
            }
        });
    }

    /// Does something, shows what the request is then, and says so. `then` learns whether it was done.
    pub fn act<F>(self, what: &'static str, done: &'static str, call: F, then: impl FnOnce(bool) + 'static)
    where
        F: Future<Output = Result<Option<RequestPage>, ApiError>> + 'static,
    {
        self.act_quietly(what, call, move |fine| {
            if fine {
                self.say.run(done.to_owned());
            }
            then(fine);
        });
    }

    /// Does something and shows what the request is then; whoever acts says so.
    pub fn act_quietly<F>(self, what: &'static str, call: F, then: impl FnOnce(bool) + 'static)
    where
        F: Future<Output = Result<Option<RequestPage>, ApiError>> + 'static,
    {
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.busy.set(Some(what));
        self.error.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(None);
            let fine = answer.is_ok();
            match answer {
                Ok(page) => {
                    if let Some(page) = page {
                        self.take(page);
                    }
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
            then(fine);
        });
    }

    /// What went wrong with the last action, in words.
    pub fn failed(self) -> Signal<Option<String>> {
        Signal::derive(move || self.error.get().map(|error| error.message()))
    }

    /// Another action begins: what went wrong before is over.
    pub fn forget_error(self) {
        self.error.set(None);
    }

    /// Its docket number.
    pub fn number(self) -> String {
        self.shown.with_untracked(|page| page.summary.number.clone())
    }

    fn may(self, allowed: fn(&RequestPage) -> bool) -> Memo<bool> {
        Memo::new(move |_| self.shown.with(allowed))
    }
}

/// Why the last action was not done.
#[component]
pub fn Refused(sheet: Sheet) -> impl IntoView {
    view! {
        <div class="notices" id="refused" tabindex="-1" aria-live="polite">
            {move || sheet.error.get().map(|error| refused_view(&error))}
        </div>
    }
    .into_any()
}

/// The alert over a refused action, with the way on.
pub fn refused_view(error: &ApiError) -> AnyView {
    let message = error.message();
    // In another tab, so that what is typed here stays.
    let sign_in = matches!(error, ApiError::SignedOut).then(|| {
        view! {
            <a class="button button--sm" href="/sign-in" target="_blank" rel="external noopener">
                "Sign in in a new tab"
            </a>
        }
    });
    view! {
        <Alert kind="bad">
            <p>{message}</p>
            {sign_in}
        </Alert>
    }
    .into_any()
}

/// The buttons of the docket header.
#[component]
pub fn HeadActions(sheet: Sheet) -> impl IntoView {
    let (cancelling, completing) = (RwSignal::new(false), RwSignal::new(false));
    let decide = sheet.may(|page| page.allowed.decide);
    let start = sheet.may(|page| page.allowed.start);
    let complete = sheet.may(|page| page.allowed.complete);
    let cancel = sheet.may(|page| page.allowed.cancel);
    let inbox = format!("/inbox/{}", sheet.number());
    let press_start = move |_| sheet.act("start", "Started", act(sheet.number(), Act::Start, None), |_| {});
    let decide_link = move || decide.get().then(|| view! { <a class="button button--primary" href=inbox.clone()>"Decide"</a> });
    let start_button = move || {
        start.get().then(|| {
            view! {
                <button class="button button--primary" type="button" on:click=press_start>
                    {move || if sheet.busy.get() == Some("start") { "Starting" } else { "Start the work" }}
                </button>
            }
        })
    };
    let complete_button = move || {
        complete.get().then(|| {
            view! {
                <button class="button button--primary" type="button" on:click=move |_| completing.set(true)>
                    "Complete"
                </button>
            }
        })
    };
    let cancel_button = move || {
        cancel.get().then(|| {
            view! {
                <button class="button" type="button" on:click=move |_| cancelling.set(true)>
                    <Icon name="circle-slash" />
                    "Cancel request"
                </button>
            }
        })
    };
    view! {
        {decide_link}
        {start_button}
        {complete_button}
        {cancel_button}
        <CancelDialog sheet open=cancelling />
        <CompleteDialog sheet open=completing />
    }
    .into_any()
}

#[component]
fn CancelDialog(sheet: Sheet, open: RwSignal<bool>) -> impl IntoView {
    let title = Signal::stored(format!("Cancel {}?", sheet.number()));
    let act = Callback::new(move |reason: String| {
        sheet.act("cancel", "Cancelled", act(sheet.number(), Act::Cancel { reason }, None), move |fine| closed_when(fine, open));
    });
    view! {
        <WordsDialog
            id="cancel"
            open
            title
            label="Reason"
            hint="Everybody who sees the request sees it. Nobody will work on it any more."
            keep="Keep it"
            confirm=Signal::stored("Cancel request".to_owned())
            working="Cancelling"
            missing="Write why you cancel the request"
            danger=true
            busy=sheet.working()
            failed=Signal::derive(move || sheet.error.get().map(|error| error.message()))
            act
        />
    }
    .into_any()
}

#[component]
fn CompleteDialog(sheet: Sheet, open: RwSignal<bool>) -> impl IntoView {
    let title = Signal::stored(format!("Complete {}?", sheet.number()));
    let act = Callback::new(move |note: String| {
        sheet.act("complete", "Completed", act(sheet.number(), Act::Complete { note }, None), move |fine| closed_when(fine, open));
    });
    view! {
        <WordsDialog
            id="complete"
            open
            title
            label="Note (optional)"
            hint="What was done, for the requester."
            keep="Not yet"
            confirm=Signal::stored("Complete".to_owned())
            working="Completing"
            busy=sheet.working()
            failed=Signal::derive(move || sheet.error.get().map(|error| error.message()))
            act
        />
    }
    .into_any()
}

fn closed_when(fine: bool, open: RwSignal<bool>) {
    if fine {
        open.try_set(false);
        focus(&["main"]);
    }
}

/// The approver's question, and the place to answer it for those who may.
#[component]
pub fn ProvideInfo(sheet: Sheet) -> impl IntoView {
    let question = Memo::new(move |_| sheet.shown.with(|page| page.question.clone()));
    let may = sheet.may(|page| page.allowed.provide_info);
    let answer = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&'static str>);
    let slip = move |question: String| {
        view! {
            <section class="slip" aria-labelledby="s-question">
                <div class="slip__head">
                    <h2 id="s-question">"Changes asked"</h2>
                </div>
                <div class="slip__body stack">
                    <p class="inbox__quote">{question}</p>
                    {move || may.get().then(|| answer_form(sheet, answer, error))}
                </div>
            </section>
        }
    };
    view! { {move || question.get().map(slip)} }.into_any()
}

fn answer_form(sheet: Sheet, answer: RwSignal<String>, error: RwSignal<Option<&'static str>>) -> AnyView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = answer.get_untracked().trim().to_owned();
        if text.is_empty() {
            error.set(Some("Write your answer"));
            focus(&["answer"]);
            return;
        }
        sheet.act("answer", "Answer sent", act(sheet.number(), Act::ProvideInfo { answer: text }, None), move |fine| {
            if fine {
                answer.try_set(String::new());
                focus(&["main"]);
            } else {
                focus(&["refused"]);
            }
        });
    };
    let typed = move |event: leptos::ev::Event| {
        answer.set(event_target_value(&event));
        error.set(None);
    };
    let problem = move || {
        error.get().map(|message| {
            view! {
                <p class="field__error" id="answer-e" role="alert">
                    <Icon name="circle-alert" />
                    <span>{message}</span>
                </p>
            }
        })
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            <div class="field" class:is-error=move || error.get().is_some()>
                <label class="field__label" for="answer">
                    "Your answer"
                </label>
                <p class="field__hint" id="answer-h">
                    "The approvers see it, and the request goes back to them."
                </p>
                {problem}
                <textarea
                    class="textarea"
                    id="answer"
                    aria-describedby="answer-h answer-e"
                    aria-invalid=move || error.get().map(|_| "true")
                    prop:value=move || answer.get()
                    on:input=typed
                ></textarea>
            </div>
            <div class="row">
                <button class="button button--primary" type="submit">
                    {move || if sheet.busy.get() == Some("answer") { "Sending" } else { "Send answer" }}
                </button>
            </div>
        </form>
    }
    .into_any()
}
