//! One entry whole: who, when, from where and why, and each value before and after.

use super::list::actor_view;
use super::location::AuditLocation;
use super::state::AuditState;
use crate::ui::{Icon, TimeText};
use domain::audit::compare::{ValueChange, ValueChanges};
use domain::audit::wire::{AuditDetail, AuditFilter};
use domain::connectors::wire::ConsolePeriod;
use leptos::prelude::*;

/// The sheet beside the list; nothing while none is open.
#[component]
pub fn AuditEntrySheet(state: AuditState) -> impl IntoView {
    move || state.open.get().map(|detail| sheet(state, detail))
}

fn sheet(state: AuditState, detail: AuditDetail) -> AnyView {
    let close = move || state.place.with(|place| place.opening(None).address());
    let from = [detail.device.as_str(), detail.address.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let through = if from.is_empty() { detail.row.way.clone() } else { format!("{}: {from}", detail.row.way) };
    let reason = (!detail.reason.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Reason"</dt>
                <dd dir="auto">{format!("“{}”", detail.reason)}</dd>
            </div>
        }
    });
    view! {
        <aside class="slip outbox__detail" aria-labelledby="entry-h">
            <div class="slip__head">
                <h2 id="entry-h" tabindex="-1">
                    {detail.row.words.clone()}
                </h2>
                <a class="button button--quiet button--icon push" href=close aria-label="Close">
                    <Icon name="x" />
                </a>
            </div>
            <div class="slip__body stack">
                <dl class="facts facts--rows">
                    <div>
                        <dt>"On"</dt>
                        <dd dir="auto">{detail.row.name.clone()}</dd>
                    </div>
                    <div>
                        <dt>"Who"</dt>
                        <dd>{actor_view(detail.row.actor.clone())}</dd>
                    </div>
                    <div>
                        <dt>"When"</dt>
                        <dd>
                            <TimeText at=detail.row.at />
                        </dd>
                    </div>
                    <div>
                        <dt>"Through"</dt>
                        <dd>{through}</dd>
                    </div>
                    {reason}
                </dl>
                {values(&detail.changes, detail.forgotten)}
                {further(&detail)}
            </div>
            <div class="slip__foot">"Nobody can change or remove an entry."</div>
        </aside>
    }
    .into_any()
}

/// Each value that changed, as it was and as it is.
fn values(changes: &ValueChanges, forgotten: bool) -> Option<AnyView> {
    if forgotten {
        return Some(view! { <p class="soft">"What changed is no longer kept: the person was removed."</p> }.into_any());
    }
    if changes.is_empty() {
        return None;
    }
    let count = changes.values.len() + changes.left_out;
    let words = if count == 1 { "1 value changed".to_owned() } else { format!("{count} values changed") };
    let left_out =
        (changes.left_out > 0).then(|| view! { <p class="soft">{format!("{} further values are not kept.", changes.left_out)}</p> });
    view! {
        <div>
            <div class="diff__head">
                <h3>{words}</h3>
            </div>
            <dl class="diff">{changes.values.iter().map(value_view).collect_view()}</dl>
        </div>
        {left_out}
    }
    .into_any()
    .into()
}

fn value_view(change: &ValueChange) -> AnyView {
    let text = |value: &Option<String>| match value.as_deref() {
        Some("") => view! { <span class="diff__none">"Empty"</span> }.into_any(),
        Some(text) => view! { <span dir="auto">{text.to_owned()}</span> }.into_any(),
        None => view! { <span class="diff__none">"Nothing"</span> }.into_any(),
    };
    view! {
        <div>
            <dt>{change.path.clone()}</dt>
            <dd class="diff__old">
                <span class="visually-hidden">"Before: "</span>
                <del>{text(&change.before)}</del>
            </dd>
            <dd class="diff__new">
                <span class="visually-hidden">"After: "</span>
                <ins>{text(&change.after)}</ins>
            </dd>
        </div>
    }
    .into_any()
}

/// The ways on: all that was done to this thing, and all that this person did.
fn further(detail: &AuditDetail) -> AnyView {
    let listed = |filter: AuditFilter| {
        AuditLocation { filter: AuditFilter { period: ConsolePeriod::Ever, ..filter }, after: None, open: None }.address()
    };
    let of_thing = listed(AuditFilter { thing: detail.thing, thing_id: detail.thing_id.clone(), ..AuditFilter::default() });
    let of_person = detail.row.actor.as_ref().map(|person| {
        let href = listed(AuditFilter { actor: Some(person.id), ..AuditFilter::default() });
        view! {
            <a class="button button--sm" href=href>
                {format!("All changes by {}", person.name)}
            </a>
        }
    });
    view! {
        <div class="row row--wrap">
            <a class="button button--sm" href=of_thing>
                "History of this"
            </a>
            {of_person}
        </div>
    }
    .into_any()
}
