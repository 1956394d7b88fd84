//! Sharing a task by a link: a new one for some days, and those there are.

use super::api::{revoke_share, share_task};
use crate::form::dom;
use crate::requests::page::late::use_request_dialogs;
use crate::requests::page::sheet::RequestSheet;
use crate::ui::focus::focus_soon;
use crate::ui::{DialogFrame, DialogHead, Icon, TimeText, field_error};
use domain::id::TaskId;
use domain::requests::share::LONGEST_DAYS;
use domain::requests::work::{ShareView, TaskView};
use leptos::prelude::*;

/// Days a link lasts when nothing else is said.
const USUAL_DAYS: &str = "7";

/// The dialog over the links of one task.
#[component]
pub fn ShareDialog(sheet: RequestSheet, sharing: RwSignal<Option<TaskId>>) -> impl IntoView {
    let address = RwSignal::new(None::<String>);
    let made = use_request_dialogs(move || sharing.get().is_some(), move || sharing.set(None));
    let open = Memo::new(move |_| sharing.get().is_some() && made.get().is_some());
    let close = Callback::new(move |()| sharing.set(None));
    let opens = Callback::new(move |()| {
        address.set(None);
        sheet.forget_error();
    });
    let task = Memo::new(move |_| {
        let id = sharing.get()?;
        sheet.shown.with(|page| page.work.tasks.iter().find(|view| view.task.id == id).cloned())
    });
    view! {
        <DialogFrame id="share" open close opens>
            {move || Some((made.get()?.of_links)(sheet, close, address, task.get()?))}
        </DialogFrame>
    }
    .into_any()
}

/// What is inside the dialog.
pub fn share_inside(sheet: RequestSheet, close: Callback<()>, address: RwSignal<Option<String>>, view: TaskView) -> AnyView {
    let id = view.task.id;
    let days = RwSignal::new(USUAL_DAYS.to_owned());
    let error = RwSignal::new(None::<String>);
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = days.get_untracked().trim().parse::<u32>().ok().filter(|days| (1..=LONGEST_DAYS as u32).contains(days));
        let Some(wanted) = wanted else {
            error.set(Some(format!("Enter 1 to {LONGEST_DAYS} days")));
            focus_soon("share-days".to_owned());
            return;
        };
        error.set(None);
        let made = async move {
            let (link, page) = share_task(id, wanted).await?;
            address.try_set(Some(link));
            focus_soon("share-address".to_owned());
            Ok(Some(page))
        };
        sheet.act("share", "Link made", made, |_| {});
    };
    let links = view.shares.iter().cloned().map(|link| link_row(sheet, link)).collect_view();
    let none = view.shares.is_empty();
    let list = if none {
        view! { <p class="muted">"No links yet."</p> }.into_any()
    } else {
        view! { <ul class="stack" role="list">{links}</ul> }.into_any()
    };
    let problem = move || error.get().or_else(|| sheet.failed().get()).map(|message| field_error(message, "share-e"));
    view! {
        <DialogHead id="share" title=Signal::stored(format!("Share “{}”", view.task.title)) close />
        <div class="dialog__body stack">
            <p>"Whoever has the link sees this task alone, comments on it and marks it done, without an account."</p>
            <form class="stack" id="share-form" novalidate on:submit=make>
                <div class="field" class:is-error=move || error.get().is_some()>
                    <label class="field__label" for="share-days">
                        "For how many days"
                    </label>
                    {problem}
                    <input
                        class="input share-days"
                        id="share-days"
                        inputmode="numeric"
                        aria-describedby="share-e"
                        prop:value=move || days.get()
                        on:input=move |event| days.set(event_target_value(&event))
                    />
                </div>
            </form>
            {move || address.get().map(made)}
            <h3 class="h2">"Links"</h3>
            {list}
        </div>
        <div class="dialog__foot">
            <button class="button push" type="button" on:click=move |_| close.run(())>
                "Close"
            </button>
            <button class="button button--primary" type="submit" form="share-form" aria-disabled=move || sheet.working().get().then_some("true")>
                "Make a link"
            </button>
        </div>
    }
    .into_any()
}

/// The address, shown this once.
fn made(address: String) -> AnyView {
    let copied = RwSignal::new(false);
    let copy = move |_| copied.set(dom::copy("share-address"));
    view! {
        <div class="field">
            <label class="field__label" for="share-address">
                "The link, shown this once"
            </label>
            <div class="row">
                <input class="input" id="share-address" readonly value=address />
                <button class="button" type="button" on:click=copy>
                    <Icon name="copy" />
                    {move || if copied.get() { "Copied" } else { "Copy" }}
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn link_row(sheet: RequestSheet, link: ShareView) -> AnyView {
    let uses = match link.uses {
        0 => "never opened".to_owned(),
        1 => "opened once".to_owned(),
        many => format!("opened {many} times"),
    };
    let id = link.id;
    let state = if link.revoked {
        view! { <span class="muted">"Revoked"</span> }.into_any()
    } else if link.opens {
        let revoke = move |_| sheet.act("share", "Link revoked", async move { revoke_share(id).await.map(Some) }, |_| {});
        view! {
            <button class="button button--sm" type="button" on:click=revoke>
                "Revoke"
            </button>
        }
        .into_any()
    } else {
        view! { <span class="muted">"Over"</span> }.into_any()
    };
    view! {
        <li class="row">
            <Icon name="link" />
            <span>
                {format!("By {}, {uses}, until ", link.created_by.name)}
                <TimeText at=link.expires_at />
            </span>
            <span class="push">{state}</span>
        </li>
    }
    .into_any()
}
