//! What people say about a request: the comments, oldest first, and the box to write one.

use super::api::{comment, earlier_comments, edit_comment, remove_comment, restore_comment};
use super::comment_box::CommentBox;
use super::earlier::{ShowEarlier, fetch, joined};
use super::sheet::RequestSheet;
use crate::ui::{Avatar, Icon, TimeText, toast::use_toasts};
use domain::id::CommentId;
use domain::requests::comments::{Comment, CommentAudience, CommentAuthor, CommentPart, parts};
use domain::requests::share::VIA_LINK;
use domain::requests::tasks::Task;
use domain::requests::work::{CommentDraft, CommentView, EarlierComments};
use leptos::prelude::*;

/// The slip of comments.
#[component]
pub fn CommentsSlip(sheet: RequestSheet) -> impl IntoView {
    let shown = sheet.shown;
    let fetched = RwSignal::new(Vec::<CommentView>::new());
    // What the last answer said of those before it; at first the page does.
    let known_more = RwSignal::new(None::<bool>);
    let comments = Memo::new(move |before: Option<&Vec<CommentView>>| {
        let before = before.map(Vec::as_slice).unwrap_or_default();
        let place = |view: &CommentView| (view.comment.at, view.comment.id);
        shown.with(|page| match page.work.has_earlier_comments {
            true => fetched.with(|fetched| joined(before, fetched, &page.work.comments, place)),
            false => page.work.comments.clone(),
        })
    });
    let more = Signal::derive(move || known_more.get().unwrap_or_else(|| shown.with(|page| page.work.has_earlier_comments)));
    let earlier = earlier(sheet, comments, fetched, more, known_more);
    let tasks = Memo::new(move |_| shown.with(|page| page.work.tasks.iter().map(|view| view.task.clone()).collect::<Vec<_>>()));
    let may = Memo::new(move |_| shown.with(|page| (page.work.may_comment, page.work.may_write_internally)));
    let locked = Memo::new(move |_| shown.with(|page| page.allowed.locked.clone()));
    let editing = RwSignal::new(None::<CommentId>);
    // Kept as long as the page: the row that was removed is gone when its undo is pressed.
    let removed = RwSignal::new(None::<CommentId>);
    let undo = Callback::new(move |()| {
        if let Some(id) = removed.get_untracked() {
            sheet.act("comment", "Comment is back", async move { restore_comment(id).await.map(Some) }, |_| {});
        }
    });
    let hands = CommentActions { sheet, editing, removed, undo };
    let draft = RwSignal::new(String::new());
    let list = move || {
        let tasks = tasks.get();
        comments.get().into_iter().map(|view| entry(hands, view, &tasks)).collect_view()
    };
    let none = move || comments.with(Vec::is_empty).then(|| view! { <p class="muted">"Nobody has written anything yet."</p> }.into_any());
    let foot = move || match may.get() {
        (true, internal) => {
            let shared = tasks.with(|tasks| tasks.iter().map(|task| (task.id, task.title.clone())).collect::<Vec<_>>());
            let send = Callback::new(move |written: CommentDraft| {
                let number = sheet.number();
                sheet.act("comment", "Comment sent", async move { comment(number, written).await.map(Some) }, move |fine| {
                    if fine {
                        draft.try_set(String::new());
                    }
                });
            });
            view! { <CommentBox id="comment" text=draft internal tasks=shared busy=sheet.working() failed=sheet.failed() send /> }
                .into_any()
        }
        (false, _) => {
            let why = locked.get().unwrap_or_else(|| "Nothing can be written here now.".to_owned());
            view! {
                <p class="slip__foot row soft">
                    <Icon name="lock" />
                    <span>{why}</span>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <section class="slip" aria-labelledby="s-comments">
            <div class="slip__head">
                <h2 id="s-comments">"Comments"</h2>
            </div>
            <div class="slip__body stack">
                {none}
                {earlier}
                <ol class="comments" role="list" aria-live="polite">
                    {list}
                </ol>
            </div>
            {foot}
        </section>
    }
    .into_any()
}

/// The way to the comments before the first one.
fn earlier(
    sheet: RequestSheet,
    comments: Memo<Vec<CommentView>>,
    fetched: RwSignal<Vec<CommentView>>,
    more: Signal<bool>,
    known_more: RwSignal<Option<bool>>,
) -> AnyView {
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None));
    let ask = Callback::new(move |()| {
        let first = comments.with_untracked(|comments| comments.first().map(|view| (view.comment.at, view.comment.id)));
        let Some((at, id)) = first else { return };
        fetch(busy, error, earlier_comments(sheet.number(), at, id), move |answer: EarlierComments| {
            known_more.try_set(Some(answer.has_earlier));
            fetched.try_update(|fetched| drop(fetched.splice(0..0, answer.comments)));
        });
    });
    view! { <ShowEarlier more words="Show earlier comments" busy error ask /> }.into_any()
}

/// The parts of the slip that act.
#[derive(Clone, Copy)]
struct CommentActions {
    sheet: RequestSheet,
    editing: RwSignal<Option<CommentId>>,
    /// The comment that was removed last.
    removed: RwSignal<Option<CommentId>>,
    undo: Callback<()>,
}

/// Comments to be read only; nothing when there are none. `level` is that of the heading.
pub fn still_comments(comments: &[CommentView], level: u8) -> Option<AnyView> {
    let rows = comments.iter().map(|view| frame(&view.comment, &[], None, words(&view.comment.body))).collect_view();
    let heading = if level == 2 {
        view! { <h2 id="s-comments">"Comments"</h2> }.into_any()
    } else {
        view! { <h3 id="s-comments">"Comments"</h3> }.into_any()
    };
    (!comments.is_empty()).then(|| {
        view! {
            <section class="slip" aria-labelledby="s-comments">
                <div class="slip__head">{heading}</div>
                <div class="slip__body">
                    <ol class="comments" role="list">
                        {rows}
                    </ol>
                </div>
            </section>
        }
        .into_any()
    })
}

fn entry(hands: CommentActions, view: CommentView, tasks: &[Task]) -> AnyView {
    let CommentActions { sheet, editing, .. } = hands;
    let comment = view.comment;
    let (id, body) = (comment.id, comment.body.clone());
    let text = move || match editing.get() == Some(id) {
        true => edit_form(sheet, editing, id, &body),
        false => words(&body),
    };
    let actions = view.may_change.then(|| actions(hands, id));
    frame(&comment, tasks, actions, text.into_any())
}

/// Who wrote it and when, around its words.
fn frame(comment: &Comment, tasks: &[Task], actions: Option<AnyView>, text: AnyView) -> AnyView {
    let name = match &comment.author {
        CommentAuthor::Person { person } => person.name.clone(),
        CommentAuthor::Outsider { name } => name.clone(),
    };
    let outside =
        matches!(comment.author, CommentAuthor::Outsider { .. }).then(|| view! { <span class="tag">{VIA_LINK}</span> }.into_any());
    let internal = comment.audience == CommentAudience::Internal;
    let about = comment.task.and_then(|id| tasks.iter().find(|task| task.id == id)).map(|task| format!("About “{}”", task.title));
    let about = about.map(|words| view! { <span class="tag">{words}</span> }.into_any());
    let badge = internal.then(|| {
        view! {
            <span class="tag tag--internal">
                <Icon name="lock" />
                "Internal"
            </span>
        }
        .into_any()
    });
    let edited = comment.edited_at.map(|_| view! { <span class="muted">" · changed"</span> }.into_any());
    view! {
        <li class="comment" class:is-internal=internal>
            <Avatar name=name.clone() />
            <div class="comment__main">
                <p class="comment__head">
                    <b>{name}</b>
                    {outside}
                    {badge}
                    {about}
                    <span class="muted">
                        <TimeText at=comment.at />
                        {edited}
                    </span>
                    {actions}
                </p>
                {text}
            </div>
        </li>
    }
    .into_any()
}

/// The words with mentions in bold, lines kept.
fn words(body: &str) -> AnyView {
    let parts = parts(body).into_iter().map(|part| match part {
        CommentPart::Text(text) => text.to_owned().into_any(),
        CommentPart::Mention { name, .. } => view! { <b class="mention">{format!("@{name}")}</b> }.into_any(),
    });
    view! { <p class="comment__text">{parts.collect_view()}</p> }.into_any()
}

fn actions(hands: CommentActions, id: CommentId) -> AnyView {
    let CommentActions { sheet, editing, removed, undo } = hands;
    let toasts = use_toasts();
    let remove = move |_| {
        sheet.act_quietly("comment", async move { remove_comment(id).await.map(Some) }, move |fine| {
            if fine {
                removed.set(Some(id));
                toasts.show("Comment removed".to_owned(), Some(undo));
            }
        });
    };
    view! {
        <span class="comment__actions">
            <button class="button button--quiet button--sm" type="button" on:click=move |_| editing.set(Some(id))>
                "Change"
            </button>
            <button class="button button--quiet button--sm" type="button" on:click=remove>
                "Remove"
            </button>
        </span>
    }
    .into_any()
}

fn edit_form(sheet: RequestSheet, editing: RwSignal<Option<CommentId>>, id: CommentId, body: &str) -> AnyView {
    let text = RwSignal::new(body.to_owned());
    let send = Callback::new(move |written: CommentDraft| {
        sheet.act("comment", "Comment changed", async move { edit_comment(id, written.body).await.map(Some) }, move |fine| {
            if fine {
                editing.try_set(None);
            }
        });
    });
    let cancel = Callback::new(move |()| editing.set(None));
    view! { <CommentBox id="comment-edit" text internal=false tasks=Vec::new() busy=sheet.working() failed=sheet.failed() send cancel=Some(cancel) /> }.into_any()
}
