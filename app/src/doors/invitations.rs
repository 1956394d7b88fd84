//! `/people/invitations`: who was invited, by whom and until when; inviting, sending again and taking back.

use super::api::{invitations, invite, resend_invitation, revoke_invitation};
use super::invitation_dialog::{ask_people, read_people};
use super::invitation_list::InvitationTable;
use crate::error::CallError;
use crate::form::dialog::{DialogQuestion, FormDialog};
use crate::people::search::find_for_picker;
use crate::ui::toast::{ToastList, use_toasts};
use crate::ui::{AlertBox, Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::doors::wire::{InvitationLine, InvitationsView};
use domain::forms::Answers;
use domain::id::AccountLinkId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn InvitationsPage() -> impl IntoView {
    let data = page_data(|| (), |()| invitations());
    view! {
        <PageTitle text="Invitations · Docket" />
        {page_frame("page", data, |data| view! { <LoadedInvitations data /> }.into_any())}
    }
    .into_any()
}

/// The page as it is now. Copies share the same state.
#[derive(Clone, Copy)]
pub struct InvitationsState {
    pub page: RwSignal<InvitationsView>,
    pub asking: RwSignal<Option<DialogQuestion>>,
    /// What the dialog would take back; None where it invites.
    revoking: RwSignal<Option<AccountLinkId>>,
    pub busy: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
    toasts: ToastList,
}

impl InvitationsState {
    /// Opens the dialog that invites.
    pub fn ask_people(self) {
        self.ask(None, self.page.with_untracked(ask_people));
    }

    /// Opens the dialog that takes an invitation back.
    pub fn ask_revoke(self, line: &InvitationLine) {
        self.ask(Some(line.id), super::invitation_dialog::ask_revoke(&line.email));
    }

    fn ask(self, revoking: Option<AccountLinkId>, asking: DialogQuestion) {
        self.failed.set(None);
        self.revoking.set(revoking);
        self.asking.set(Some(asking));
    }

    fn act(self, answers: Answers) {
        // What was filled in stays, for a second look at it.
        self.asking.update_untracked(|asking| {
            if let Some(asking) = asking {
                asking.answers = answers.clone();
            }
        });
        match self.revoking.get_untracked() {
            Some(id) => self.change("Invitation revoked", revoke_invitation(id)),
            None => self.change("Invited", invite(read_people(&answers))),
        }
    }

    /// Sends an invitation again.
    pub fn resend(self, id: AccountLinkId) {
        self.change("Invitation sent again", resend_invitation(id));
    }

    fn change(self, said: &'static str, call: impl Future<Output = Result<InvitationsView, CallError>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    self.page.try_set(page);
                    self.asking.try_set(None);
                    self.toasts.show(said.to_owned(), None);
                }
                Err(error) if self.asking.try_with_untracked(Option::is_some) == Some(true) => {
                    self.failed.try_set(Some(error.message()));
                }
                Err(error) => self.toasts.show(error.message(), None),
            }
        });
    }
}

#[component]
fn LoadedInvitations(data: InvitationsView) -> impl IntoView {
    let state = InvitationsState {
        page: RwSignal::new(data),
        asking: RwSignal::new(None),
        revoking: RwSignal::new(None),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
        toasts: use_toasts(),
    };
    let act = Callback::new(move |answers: Answers| state.act(answers));
    let no_mail = move || {
        (!state.page.with(|page| page.mails)).then(|| {
            view! {
                <AlertBox kind="wait">
                    <p>
                        <b>"This organization cannot send email. "</b>
                        "Each invitation makes a link that is shown to you once: hand it over yourself. To have them sent, set up a connector for email and choose it in the notification settings."
                    </p>
                </AlertBox>
            }
            .into_any()
        })
    };
    view! {
        <div class="page">
            <header class="page__head">
                <div class="page__title">
                    <h1>"Invitations"</h1>
                    <p class="page__lead">"A link for each person. It works once, for two weeks, and only while you could still invite them."</p>
                </div>
                <div class="row row--wrap">
                    <a class="button" href=Address::People.root()>
                        <Icon name="users" />
                        "People"
                    </a>
                    <button class="button button--primary" type="button" on:click=move |_| state.ask_people()>
                        <Icon name="plus" />
                        "Invite people"
                    </button>
                </div>
            </header>
            {no_mail}
            {move || handed(state)}
            <InvitationTable state />
            <FormDialog id="invitation-dialog" asking=state.asking busy=state.busy failed=state.failed search=find_for_picker act />
        </div>
    }
    .into_any()
}

/// Links to be handed over: they stand here until the page is left.
fn handed(state: InvitationsState) -> Option<AnyView> {
    let links = state.page.with(|page| page.handed.clone());
    if links.is_empty() {
        return None;
    }
    let rows = links
        .into_iter()
        .map(|(email, link)| {
            view! {
                <li class="invitations__handed">
                    <b>{email}</b>
                    <input class="input" type="text" readonly aria-label="Link" value=link />
                </li>
            }
            .into_any()
        })
        .collect_view();
    Some(
        view! {
            <section class="slip" aria-labelledby="handed-h">
                <div class="slip__head">
                    <h2 id="handed-h">"Hand these links over now"</h2>
                    <span class="slip__note">"They are shown this once."</span>
                </div>
                <ul class="slip__body stack" role="list">
                    {rows}
                </ul>
            </section>
        }
        .into_any(),
    )
}
