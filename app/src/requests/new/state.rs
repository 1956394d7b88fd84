//! What the request dialog knows and does: steps, where the person is, going on and back, submitting.

use super::api::{preview_route, submit_draft};
use super::draft::KeptDraft;
use crate::error::CallError;
use crate::form::errors::SUMMARY;
use crate::form::{FormState, dom};
use crate::people::search::find_for_picker;
use crate::session::use_me;
use crate::ui::focus::focus_soon;
use crate::ui::toast::{ToastList, use_toasts};
use domain::Problem;
use domain::address::Address;
use domain::approvals::wire::ApprovalRoute;
use domain::catalog::wire::ItemCard;
use domain::forms::{Form, SchemaChange, journey};
use domain::requests::AnswerTimes;
use domain::requests::title::title_of_answers;
use domain::requests::wire::{DraftPage, SubmissionOutcome, SubmitDraft};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::collections::BTreeSet;

/// What the request is about by the answers so far; what was asked for until they say it.
fn title_of(page: &DraftPage, filling: FormState) -> Memo<String> {
    let (template, name) = (page.title_template.clone(), page.item.name.clone());
    Memo::new(move |_| {
        let made = |form: &Form| filling.answers.with(|answers| title_of_answers(&template, form, answers, &AnswerTimes::default()));
        filling.form.with(made).unwrap_or_else(|| name.clone())
    })
}

/// The last step's address.
pub const REVIEW: &str = "review";

/// One step of the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogStep {
    /// Key of the section, or `review`.
    pub key: String,
    pub title: String,
}

/// The dialog. Copies share the same state.
#[derive(Clone, Copy)]
pub struct DialogState {
    pub filling: FormState,
    pub draft: KeptDraft,
    pub item: StoredValue<ItemCard>,
    /// What it is about by the answers so far.
    pub title: Memo<String>,
    /// What happens after approval, in words.
    pub after: RwSignal<String>,
    pub steps: Memo<Vec<DialogStep>>,
    pub current: Memo<String>,
    /// Steps the person was at: one may go back and forth between them.
    pub visited: RwSignal<BTreeSet<String>>,
    /// What the summary lists.
    pub summary: RwSignal<Vec<Problem>>,
    pub failed: RwSignal<Option<CallError>>,
    pub submitting: RwSignal<bool>,
    /// What changed in the form, once it did; the list may be empty.
    pub changes: RwSignal<Option<Vec<SchemaChange>>>,
    pub route: RwSignal<ApprovalRoute>,
    /// Counts questions for the route; only the latest one's answer counts.
    asked: StoredValue<u64>,
    /// The field to focus once its step is on screen.
    wanted: StoredValue<Option<String>>,
    navigate: Callback<(String, bool)>,
    toasts: ToastList,
    /// The number, once there is one.
    filed: RwSignal<Option<String>>,
}

impl DialogState {
    /// Opens the dialog on what the server answered.
    pub fn new(page: DraftPage) -> Self {
        let filling = FormState::new(page.form.clone(), page.answers.clone(), page.today, find_for_picker);
        let person = use_me().with_untracked(|me| me.as_ref().map(|me| me.person.id.to_string()).unwrap_or_default());
        let draft = KeptDraft::new(&page, filling, &person);
        let steps = Memo::new(move |_| steps_of(filling));
        let query = use_query_map();
        let saved = page.step.clone();
        let current = Memo::new(move |_| {
            let asked = query.with(|query| query.get("step"));
            steps.with(|steps| place(steps, asked.as_deref(), saved.as_deref()))
        });
        let navigate = use_navigate();
        let dialog = Self {
            filling,
            draft,
            title: title_of(&page, filling),
            item: StoredValue::new(page.item),
            after: RwSignal::new(page.after),
            steps,
            current,
            visited: RwSignal::new(BTreeSet::from([current.get_untracked()])),
            summary: RwSignal::default(),
            failed: RwSignal::new(None),
            submitting: RwSignal::new(false),
            changes: RwSignal::new(Some(page.changes).filter(|changes| !changes.is_empty())),
            route: RwSignal::new(page.route),
            asked: StoredValue::new(0),
            wanted: StoredValue::new(None),
            navigate: Callback::new(move |(to, replace): (String, bool)| {
                navigate(&to, NavigateOptions { replace, ..NavigateOptions::default() });
            }),
            toasts: use_toasts(),
            filed: RwSignal::new(None),
        };
        dialog.follow_steps();
        dialog.leave_when_filed();
        dialog
    }

    /// The address of a step.
    pub fn link(self, step: &str) -> String {
        self.item.with_value(|item| Address::Item(&item.key).with_query(&[("step", step)]))
    }

    /// Where a link of the summary leads.
    pub fn problem_link(self, problem: &Problem) -> String {
        format!("{}#{}", self.link(&problem.section), dom::control_id(&problem.field))
    }

    /// Follows a link of the summary: to the field, over the step it is in.
    pub fn go_to(self, problem: &Problem) {
        let field = dom::control_id(&problem.field);
        if self.current.get_untracked() == problem.section {
            focus_soon(field);
        } else {
            self.wanted.set_value(Some(field));
            self.navigate.run((self.link(&problem.section), false));
        }
    }

    /// Continue, or Submit on the last step.
    pub fn go_on(self) {
        let here = self.current.get_untracked();
        if here == REVIEW {
            self.submit();
            return;
        }
        let problems = self.filling.section_problems(&here);
        self.filling.show(&problems);
        let complete = problems.is_empty();
        self.summary.set(problems);
        if complete && let Some(next) = self.beside(1) {
            self.navigate.run((self.link(&next), false));
        }
    }

    /// The step before.
    pub fn go_back(self) {
        if let Some(before) = self.beside(-1) {
            self.navigate.run((self.link(&before), false));
        }
    }

    /// Back to the catalog; the draft stays.
    pub fn close(self) {
        self.draft.save();
        self.navigate.run((Address::Catalog.to_string(), false));
    }

    /// The step so many places away.
    pub fn beside(self, by: isize) -> Option<String> {
        let here = self.current.get_untracked();
        self.steps.with_untracked(|steps| {
            let at = steps.iter().position(|step| step.key == here)?;
            steps.get(at.checked_add_signed(by)?).map(|step| step.key.clone())
        })
    }

    /// Files the request. Sent once; sent again after a lost answer, it gives the same request.
    pub fn submit(self) {
        if self.submitting.get_untracked() {
            return;
        }
        self.failed.set(None);
        let problems = self.filling.all_problems();
        if !problems.is_empty() {
            self.refuse(problems);
            return;
        }
        self.summary.set(Vec::new());
        self.submitting.set(true);
        self.draft.stop();
        let draft = SubmitDraft {
            id: self.draft.id(),
            item_key: self.item.with_value(|item| item.key.clone()),
            form_version: self.draft.version(),
            answers: self.filling.answers.get_untracked(),
        };
        let keeper = self.draft.keeper();
        spawn_local(async move {
            let outcome = submit_draft(draft).await;
            if self.submitting.is_disposed() {
                match outcome {
                    Ok(SubmissionOutcome::Filed { .. }) => keeper.filed(),
                    _ => keeper.resume(),
                }
                return;
            }
            self.submitting.set(false);
            self.take(outcome);
        });
    }

    fn take(self, outcome: Result<SubmissionOutcome, CallError>) {
        match outcome {
            Ok(SubmissionOutcome::Filed { number }) => {
                self.draft.filed();
                self.filed.set(Some(number));
            }
            Ok(SubmissionOutcome::Problems { problems }) => {
                self.draft.resume();
                self.refuse(problems);
            }
            Ok(SubmissionOutcome::Changed { page }) => self.move_to(*page),
            Err(CallError::Refused { refusal: domain::Refusal::Problems { problems } }) => {
                self.draft.resume();
                self.refuse(problems);
            }
            Err(error) => {
                self.draft.resume();
                self.failed.set(Some(error));
                focus_soon("failed".to_owned());
            }
        }
    }

    fn refuse(self, problems: Vec<Problem>) {
        self.filling.show(&problems);
        self.summary.set(problems);
        focus_soon(SUMMARY.to_owned());
    }

    /// The form changed meanwhile: the new one is put in place, with the answers that still fit.
    fn move_to(self, page: DraftPage) {
        self.filling.replace(page.form.clone(), page.answers.clone());
        self.draft.move_to(&page);
        self.draft.resume();
        self.after.set(page.after);
        self.asked.update_value(|turn| *turn += 1);
        self.route.set(page.route);
        self.changes.set(Some(page.changes));
        focus_soon("changes".to_owned());
    }

    /// At each step: the draft notes it, the route is asked again, and focus goes where the work is.
    fn follow_steps(self) {
        Effect::new(move |before: Option<String>| {
            let here = self.current.get();
            self.filling.taken_over();
            if before.as_ref() == Some(&here) {
                return here;
            }
            self.visited.update(|visited| {
                visited.insert(here.clone());
            });
            if before.is_some() {
                self.arrive(&here);
            } else if here == REVIEW {
                self.ask_route();
            }
            match self.wanted.get_value() {
                Some(field) => focus_soon(field),
                None => dom::focus_first(),
            }
            self.wanted.set_value(None);
            here
        });
    }

    /// To the new request; back does not lead into the dialog again.
    fn leave_when_filed(self) {
        Effect::new(move |_| {
            let Some(number) = self.filed.get() else { return };
            self.toasts.show(format!("{number} submitted"), None);
            crate::session::refresh();
            self.navigate.run((Address::Request(&number).to_string(), true));
        });
    }

    fn arrive(self, here: &str) {
        // Problems of another step do not belong here; those the summary led to stay at their fields.
        let led_here = self.summary.with_untracked(|problems| problems.iter().any(|problem| problem.section == here));
        if !led_here {
            self.filling.show(&[]);
        }
        self.summary.set(Vec::new());
        self.failed.set(None);
        if here != REVIEW {
            self.draft.at_step(here);
        } else {
            self.draft.save();
        }
        self.ask_route();
    }

    /// Who would have to approve with these answers.
    fn ask_route(self) {
        let turn = self.asked.get_value() + 1;
        self.asked.set_value(turn);
        let item = self.item.with_value(|item| item.key.clone());
        let answers = self.filling.answers.get_untracked();
        spawn_local(async move {
            let answer = preview_route(item, answers).await;
            if self.asked.try_get_value() == Some(turn)
                && let Ok(route) = answer
            {
                self.route.try_set(route);
            }
        });
    }
}

/// The sections asked, then the check.
fn steps_of(filling: FormState) -> Vec<DialogStep> {
    let sections = filling.form.with(|form| {
        filling.answers.with(|answers| {
            let visible = journey::visible_sections(form, answers).into_iter();
            visible.map(|section| DialogStep { key: section.key.clone(), title: section.title.clone() }).collect::<Vec<_>>()
        })
    });
    let last = DialogStep { key: REVIEW.to_owned(), title: "Check and submit".to_owned() };
    sections.into_iter().chain([last]).collect()
}

/// The step to show: the one asked for, else the one the draft was left at, else the first.
fn place(steps: &[DialogStep], asked: Option<&str>, saved: Option<&str>) -> String {
    let known = |key: &str| steps.iter().find(|step| step.key == key);
    let step = asked.and_then(known).or_else(|| saved.and_then(known)).or_else(|| steps.first());
    step.map_or_else(|| REVIEW.to_owned(), |step| step.key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_one_asked_for_else_the_saved_one_else_the_first() {
        let step = |key: &str| DialogStep { key: key.into(), title: key.into() };
        let steps = [step("person"), step("access"), step(REVIEW)];
        assert_eq!(place(&steps, Some("access"), Some("person")), "access");
        assert_eq!(place(&steps, Some("gone"), Some("access")), "access");
        assert_eq!(place(&steps, None, Some("gone")), "person");
        assert_eq!(place(&[], None, None), REVIEW);
    }
}
