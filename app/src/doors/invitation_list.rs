//! The table of invitations.

use super::invitations::InvitationsState;
use crate::ui::{EmptyState, Icon, TimeText};
use domain::doors::LinkState;
use domain::doors::wire::InvitationLine;
use leptos::prelude::*;

/// The table, or what there is to do where nobody was invited.
#[component]
pub fn InvitationTable(state: InvitationsState) -> impl IntoView {
    let rows = move || {
        let (lines, more) = state.page.with(|page| (page.lines.clone(), page.more));
        if lines.is_empty() {
            return nobody(state);
        }
        let more = more.then(|| view! { <p class="slip__body soft">"Older invitations are not listed."</p> });
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Invitations, scrolls sideways">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Who"</th>
                            <th scope="col">"To what"</th>
                            <th scope="col">"Invited by"</th>
                            <th scope="col">"Sent"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{lines.into_iter().map(|line| row(state, line)).collect_view()}</tbody>
                </table>
            </div>
            {more}
        }
        .into_any()
    };
    let waiting = move || {
        let open = state.page.with(|page| page.lines.iter().filter(|line| line.state == LinkState::Open).count());
        if open == 1 { "1 waits for an answer".to_owned() } else { format!("{open} wait for an answer") }
    };
    view! {
        <section class="slip" aria-labelledby="invitations-h">
            <div class="slip__head">
                <h2 id="invitations-h">"Invited"</h2>
                <span class="slip__note" role="status">
                    {waiting}
                </span>
            </div>
            {rows}
        </section>
    }
    .into_any()
}

fn nobody(state: InvitationsState) -> AnyView {
    view! {
        <EmptyState icon="mail" title="Nobody was invited yet">
            <p>"Invite the people who ask for things, and those who decide and do the work."</p>
            <button class="button button--primary" type="button" on:click=move |_| state.ask_people()>
                "Invite people"
            </button>
        </EmptyState>
    }
    .into_any()
}

fn row(state: InvitationsState, line: InvitationLine) -> AnyView {
    let role = if line.role.is_empty() { "Makes requests".to_owned() } else { line.role.clone() };
    let what = if line.space.is_empty() { role } else { format!("{role} · {}", line.space) };
    let (class, icon, words) = match line.state {
        LinkState::Open => ("status status--wait", "hourglass", "Waiting"),
        LinkState::Used => ("status status--done", "check", "Joined"),
        LinkState::Revoked => ("status status--still", "ban", "Revoked"),
        LinkState::Expired => ("status status--bad", "triangle-alert", "Expired"),
    };
    let until = (line.state == LinkState::Open).then(|| {
        view! {
            <span class="muted">
                " until " <TimeText at=line.expires_at />
            </span>
        }
    });
    let (email, id) = (line.email.clone(), line.id);
    let again = matches!(line.state, LinkState::Open | LinkState::Expired).then(|| {
        view! {
            <button
                class="button button--sm"
                type="button"
                aria-label=format!("Send the invitation of {email} again")
                aria-disabled=move || state.busy.get().then_some("true")
                on:click=move |_| state.resend(id)
            >
                <Icon name="send" />
                "Send again"
            </button>
        }
    });
    let shown = line.clone();
    let revoke = (line.state == LinkState::Open).then(|| {
        view! {
            <button
                class="button button--sm"
                type="button"
                aria-label=format!("Revoke the invitation of {}", line.email)
                on:click=move |_| state.ask_revoke(&shown)
            >
                <Icon name="x" />
                "Revoke"
            </button>
        }
    });
    view! {
        <tr>
            <th scope="row" class="wrap" data-label="Who">
                {line.email.clone()}
            </th>
            <td data-label="To what" dir="auto">
                {what}
            </td>
            <td data-label="Invited by" dir="auto">
                {line.by}
            </td>
            <td class="nowrap" data-label="Sent">
                <TimeText at=line.sent_at />
            </td>
            <td data-label="State">
                <div>
                    <span class=class>
                        <Icon name=icon />
                        {words}
                    </span>
                    {until}
                </div>
            </td>
            <td>
                <div class="row row--wrap">{again} {revoke}</div>
            </td>
        </tr>
    }
    .into_any()
}
