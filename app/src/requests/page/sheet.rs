//! A request on its page: what is shown, what is being done to it, what went wrong.

use crate::error::CallError;
use crate::requests::api::{act, request_page};
use crate::ui::toast::use_toasts;
use domain::Refusal;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::RequestPage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use std::future::Future;
use std::pin::Pin;

/// A message with the way back, if there is one.
type Said = (String, Option<Callback<()>>);

/// The state of the page.
#[derive(Clone, Copy)]
pub struct RequestSheet {
    pub shown: RwSignal<RequestPage>,
    /// What is on its way: an action's key, or the name of something else.
    pub busy: RwSignal<Option<&'static str>>,
    pub error: RwSignal<Option<CallError>>,
    /// The action whose dialog is open.
    pub asking: RwSignal<Option<ActionKind>>,
    say: Callback<Said>,
    /// Goes to a list, when the person no longer sees the request.
    leave: Callback<()>,
}

impl RequestSheet {
    /// The sheet of a loaded request. `list` is where the person goes when it is gone.
    pub fn new(page: RequestPage, list: Signal<&'static str>) -> Self {
        let toasts = use_toasts();
        let navigate = use_navigate();
        Self {
            shown: RwSignal::new(page),
            busy: RwSignal::new(None),
            error: RwSignal::new(None),
            asking: RwSignal::new(None),
            say: Callback::new(move |(message, undo): Said| toasts.show(message, undo)),
            leave: Callback::new(move |()| navigate(list.get_untracked(), leptos_router::NavigateOptions::default())),
        }
    }

    /// Whether something is on its way.
    pub fn working(self) -> Signal<bool> {
        Signal::derive(move || self.busy.get().is_some())
    }

    /// Whether this action is on its way.
    pub fn does(self, kind: ActionKind) -> bool {
        self.busy.get() == Some(kind.key())
    }

    /// Takes a newer state in; an older answer that comes late is left alone.
    pub fn take(self, page: RequestPage) {
        self.shown.try_update(|shown| {
            if last_event(&page) >= last_event(shown) {
                *shown = page;
            }
        });
    }

    /// Asks what the request is now.
    pub fn refresh(self) {
        let Some(number) = self.shown.try_with_untracked(|page| page.summary.number.clone()) else { return };
        spawn_local(async move {
            if let Ok(page) = request_page(number).await {
                self.take(page);
            }
        });
    }

    /// Does something and shows what the request is then. `then` learns whether it was done.
    pub fn act<F>(self, what: &'static str, done: &'static str, call: F, then: impl FnOnce(bool) + 'static)
    where
        F: Future<Output = Result<Option<RequestPage>, CallError>> + 'static,
    {
        self.run(what, call, move |_| Some((done.to_owned(), None)), then);
    }

    /// Does something and shows what the request is then; whoever acts says so.
    pub fn act_quietly<F>(self, what: &'static str, call: F, then: impl FnOnce(bool) + 'static)
    where
        F: Future<Output = Result<Option<RequestPage>, CallError>> + 'static,
    {
        self.run(what, call, |_| None, then);
    }

    /// Another action begins: what went wrong before is over.
    pub fn forget_error(self) {
        self.error.set(None);
    }

    /// Does an action of the request; `said` makes the message out of how it was and is. What it rests on goes along, so that the
    /// answer can tell who was faster.
    pub fn perform(self, call: ActionCall, said: impl FnOnce(&RequestPage) -> Said + 'static, then: impl FnOnce(bool) + 'static) {
        let (number, seen) = self.shown.with_untracked(|page| (page.summary.number.clone(), page.events.last().map(|event| event.seq)));
        self.run(call.kind.key(), act_and_read(number, call, seen), |page| Some(said(page)), then);
    }

    fn run<F>(
        self,
        what: &'static str,
        call: F,
        said: impl FnOnce(&RequestPage) -> Option<Said> + 'static,
        then: impl FnOnce(bool) + 'static,
    ) where
        F: Future<Output = Result<Option<RequestPage>, CallError>> + 'static,
    {
        self.run_call(what, Box::pin(call), Box::new(said), Box::new(then));
    }

    /// `run` without the types of what it is given: it would be in the browser once for each of them.
    fn run_call(
        self,
        what: &'static str,
        call: Pin<Box<dyn Future<Output = Result<Option<RequestPage>, CallError>>>>,
        said: Box<dyn FnOnce(&RequestPage) -> Option<Said>>,
        then: Box<dyn FnOnce(bool)>,
    ) {
        if self.busy.get_untracked().is_some() {
            return;
        }
        self.busy.set(Some(what));
        self.error.set(None);
        // The page as it was: the stream may bring what is done before the answer does.
        let before = self.shown.get_untracked();
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(None);
            let fine = answer.is_ok();
            match answer {
                Ok(Some(page)) if !gone(&page) => {
                    let message = said(&before);
                    self.take(page);
                    if let Some(message) = message {
                        self.say.try_run(message);
                    }
                    then(fine);
                }
                Ok(_) => {
                    then(fine);
                    let number = self.number();
                    let message = if what == ActionKind::Delete.key() {
                        format!("{number} was deleted.")
                    } else {
                        format!("{number} is no longer yours to see.")
                    };
                    self.say.try_run((message, None));
                    self.leave.try_run(());
                }
                Err(error) => {
                    // Somebody was faster: the page shows what they did, below the words that say so.
                    if let CallError::Refused { refusal: Refusal::Conflict { .. } | Refusal::NotNow { .. } } = &error {
                        self.refresh();
                    }
                    self.error.try_set(Some(error));
                    then(fine);
                }
            }
        });
    }

    /// The docket number.
    pub fn number(self) -> String {
        self.shown.try_with_untracked(|page| page.summary.number.clone()).unwrap_or_default()
    }

    /// Something about the page that changes seldom.
    pub fn part<T: PartialEq + Send + Sync + 'static>(self, part: fn(&RequestPage) -> T) -> Memo<T> {
        Memo::new(move |_| self.shown.with(part))
    }

    /// What went wrong last, in words.
    pub fn failed(self) -> Signal<Option<String>> {
        Signal::derive(move || self.error.get().map(|error| error.message()))
    }
}

/// Does an action, and reads the page that shows what it led to; None when the person no longer sees the request.
async fn act_and_read(number: String, call: ActionCall, seen: Option<u32>) -> Result<Option<RequestPage>, CallError> {
    let done = act(number, call, seen).await?;
    if !done.visible {
        return Ok(None);
    }
    match request_page(done.number).await {
        Err(error) if error.is_not_found() => Ok(None),
        page => page.map(Some),
    }
}

/// The number of the last event of a page: what happened later has a higher one.
fn last_event(page: &RequestPage) -> u32 {
    page.events.last().map_or(0, |event| event.seq)
}

/// Deleted requests are seen by administrators alone, and by them only when they look for one.
fn gone(page: &RequestPage) -> bool {
    page.events.last().is_some_and(|event| matches!(event.what, domain::requests::EventKind::Deleted { .. }))
}
