//! Filing: how a draft becomes a request. Checks the answers, keeps only what was asked, freezes form and rules.

use super::lifecycle::{self, ChangeBuilder};
use super::title::make_title;
use super::wire::{AnswerSection, AnswerView};
use super::{AnswerTimes, EventKind, Request, RequestState, StateChange, Status};
use crate::access::spaces::SpaceRef;
use crate::approvals::Approval;
use crate::approvals::route::{self, PolicyDirectory, RouteQuestion};
use crate::catalog::CatalogItem;
use crate::forms::resolver::FormVersion;
use crate::forms::{Answers, Form, check, fields, journey};
use crate::id::{ItemId, RequestId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// Everything a filing depends on.
#[derive(Clone, Debug)]
pub struct RequestFiling {
    /// The draft's id, which becomes the request's.
    pub id: RequestId,
    pub number: String,
    pub item_id: ItemId,
    pub item: CatalogItem,
    pub requester: PersonRef,
    /// The spaces it may belong to.
    pub spaces: FilingSpaces,
    /// Resolved for this requester.
    pub form: Arc<FormVersion>,
    /// As the person left them.
    pub answers: Answers,
    /// The people and groups the item's policy speaks of.
    pub directory: PolicyDirectory,
    /// The time answered in the plan's `schedule_field`, where the requester is; None when there is none.
    pub begins_at: Option<DateTime<Utc>>,
    /// The times that were answered, where the requester is.
    pub times: AnswerTimes,
    pub now: DateTime<Utc>,
    /// Today where the requester is.
    pub today: NaiveDate,
}

/// The spaces that a request may belong to, as they are at submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilingSpaces {
    /// What the item says.
    pub of_item: Option<SpaceRef>,
    /// The spaces that were picked in the answers.
    pub picked: Vec<SpaceRef>,
    /// The requester's own.
    pub of_requester: Option<SpaceRef>,
}

impl FilingSpaces {
    /// The one that it belongs to: the item's; the first one that was picked in the order of the form; the requester's own.
    fn settle(self, form: &Form, answers: &Answers) -> Option<SpaceRef> {
        let pickers = form.sections.iter().flat_map(|section| &section.fields).filter(|field| field.kind == "space_picker");
        let mut answered = pickers.filter_map(|field| answers.get(&field.key)?.get("id")?.as_str()?.parse().ok());
        let picked = answered.find_map(|id| self.picked.iter().find(|space| space.id == id).cloned());
        self.of_item.or(picked).or(self.of_requester)
    }
}

/// A filed request, to be saved as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledRequest {
    pub request: Request,
    /// `state` is the request's; `events` begin with the submission.
    pub decision: StateChange,
}

/// Files a draft, or says which answers need another look.
pub fn file(f: RequestFiling) -> Result<FiledRequest, Refusal> {
    let form = f.form.form();
    let problems = check::check(form, &f.answers, f.today);
    if !problems.is_empty() {
        return Err(Refusal::Problems { problems });
    }
    let answers = journey::prune(form, &f.answers);
    let space = f.spaces.settle(form, &answers);
    let asked = RouteQuestion {
        policy: f.item.approval.as_ref(),
        approver_team: f.item.approver_team.as_deref(),
        requester: &f.requester,
        form,
        answers: &answers,
    };
    let (approval, fell_back) = route::freeze(&asked, &f.directory);
    let needs_approval = !approval.stages.is_empty();

    let draft = RequestState { begins_at: f.begins_at, ..draft(approval, f.now) };
    let mut steps = ChangeBuilder::new(&draft, f.now);
    steps.push(Some(&f.requester), EventKind::Submitted);
    if !fell_back.is_empty() {
        steps.push(None, EventKind::FellBack { rules: fell_back });
    }
    if !needs_approval {
        lifecycle::release(&mut steps, &f.item.plan);
    }
    let decision = steps.done();
    let request = Request {
        id: f.id,
        number: f.number,
        title: make_title(&f.item, form, &answers, &f.times),
        item_id: f.item_id,
        item: f.item,
        requester: f.requester,
        space,
        form_version: f.form.hash().to_owned(),
        answers,
        times: f.times,
        submitted_at: f.now,
        state: decision.state.clone(),
    };
    Ok(FiledRequest { request, decision })
}

/// The state before the first event: what the fold of a request's events starts from.
pub fn draft(approval: Approval, now: DateTime<Utc>) -> RequestState {
    RequestState {
        status: Status::Draft,
        returns_to: Vec::new(),
        approval,
        events: 0,
        updated_at: now,
        assignee: None,
        begins_at: None,
        scheduled_for: None,
        cancelled_by: None,
        run: None,
        required_tasks: Vec::new(),
        deleted: false,
    }
}

/// The answers as they read by a form: what is asked, in its order, with empty text where nothing was answered.
pub fn answer_sections(form: &Form, answers: &Answers) -> Vec<AnswerSection> {
    let answers = journey::effective(form, answers);
    journey::visible_sections(form, &answers)
        .into_iter()
        .map(|section| AnswerSection {
            key: section.key.clone(),
            title: section.title.clone(),
            answers: journey::visible_fields(section, &answers)
                .into_iter()
                .map(|field| AnswerView { key: field.key.clone(), label: field.label.clone(), text: fields::display(field, &answers) })
                .collect(),
        })
        .filter(|section| !section.answers.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::{ApprovalRule, RuleTarget};
    use serde_json::json;
    use uuid::Uuid;

    fn filing(answers: serde_json::Value) -> RequestFiling {
        let form = json!({
            "key": "access", "title": "Access",
            "sections": [
                {"key": "who", "title": "Who", "fields": [
                    {"key": "name", "label": "Name", "type": "text", "required": true},
                    {"key": "kind", "label": "Kind", "type": "select", "required": true,
                     "options": [{"value": "staff", "label": "Staff"}, {"value": "contractor", "label": "Contractor"}]}]},
                {"key": "contract", "title": "Contract", "when": {"field": "kind", "equals": "contractor"}, "fields": [
                    {"key": "firm", "label": "Firm", "type": "text", "required": true},
                    {"key": "remark", "label": "Remark", "type": "text"}]},
                {"key": "place", "title": "Place", "when": {"field": "kind", "answered": true}, "fields": [
                    {"key": "site", "label": "Site", "type": "text", "default": "Basel"},
                    {"key": "room", "label": "Room", "type": "text", "when": {"field": "site", "equals": "Basel"}}]}
            ]
        });
        let item = json!({
            "key": "access", "name": "Access", "description": "", "icon": "key", "category": "IT", "enabled": true, "prefix": "IT",
            "form": "access", "approval": {"require": "any"}, "visible_to": {}
        });
        RequestFiling {
            spaces: FilingSpaces::default(),
            id: RequestId(Uuid::from_u128(1)),
            number: "IT-7F3K".to_owned(),
            item_id: ItemId(Uuid::from_u128(2)),
            item: serde_json::from_value(item).unwrap(),
            requester: PersonRef { id: Uuid::from_u128(3).into(), name: "Jonas Weber".to_owned(), title: String::new() },
            form: Arc::new(FormVersion::of(serde_json::from_value(form).unwrap())),
            answers: serde_json::from_value(answers).unwrap(),
            directory: PolicyDirectory::default(),
            begins_at: None,
            times: AnswerTimes::default(),
            now: DateTime::from_timestamp(1_773_306_000, 0).unwrap(),
            today: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
        }
    }

    #[test]
    fn only_what_was_asked_is_kept() {
        let own = filing(json!({"name": "Mei", "kind": "staff", "firm": "Left over", "other": 1}));
        let filed = file(own.clone()).unwrap();
        assert_eq!(serde_json::to_value(&filed.request.answers).unwrap(), json!({"name": "Mei", "kind": "staff", "site": "Basel"}));
        assert_eq!(filed.request.state.status, Status::PendingApproval);
        assert_eq!((filed.request.form_version.len(), filed.request.form_version.as_str()), (64, own.form.hash()));
        assert!(filed.decision.effects.is_empty());
    }

    #[test]
    fn what_it_is_about_is_frozen_with_the_answers() {
        let title = |template: &str, answers: serde_json::Value| {
            let mut own = filing(answers);
            own.item.title_template = template.to_owned();
            file(own).unwrap().request.title
        };
        let staff = json!({"name": "Mei", "kind": "staff", "firm": "Left over"});
        assert_eq!(title("{{ kind }} access for {{ name }} of {{ firm }}", staff.clone()), "Staff access for Mei");
        assert_eq!((title("", staff.clone()), title("{{ firm }}", staff)), ("Access".to_owned(), "Access".to_owned()));
    }

    #[test]
    fn answers_that_do_not_pass_file_nothing() {
        let Err(Refusal::Problems { problems }) = file(filing(json!({"name": " ", "kind": "contractor"}))) else {
            panic!("filed");
        };
        let fields: Vec<_> = problems.iter().map(|problem| (problem.section.as_str(), problem.field.as_str())).collect();
        assert_eq!(fields, [("who", "name"), ("contract", "firm")]);
    }

    #[test]
    fn a_rule_naming_the_requester_goes_to_the_administrators() {
        let mut own = filing(json!({"name": "Mei", "kind": "staff"}));
        let rules = vec![ApprovalRule { key: "me".to_owned(), label: "Me".to_owned(), manager: true, ..ApprovalRule::default() }];
        own.item.approval = serde_json::from_value(json!({"rules": rules})).unwrap();
        own.directory.manager = Some(own.requester.clone());
        let filed = file(own).unwrap();
        let rule = &filed.request.state.approval.stages[0].rules[0];
        assert_eq!(rule.target, RuleTarget::Administrators);
        assert_ne!(rule.words, "Jonas Weber");
        assert_eq!(filed.decision.events[1].what, EventKind::FellBack { rules: vec!["me".to_owned()] });
        let before = draft(filed.request.state.approval.fresh(), filed.request.submitted_at);
        let told = crate::notices::told::told(&before, &filed.decision);
        let to: Vec<_> = told
            .iter()
            .filter_map(|effect| match effect {
                crate::effect::Effect::Notify(notice) => Some((notice.event.as_str(), notice.targets.join(","))),
                _ => None,
            })
            .collect();
        let expected = [("new_request_created", ""), ("request_pending_approval", ""), ("approval_fell_back", "administrators")];
        assert_eq!(to, expected.map(|(event, targets)| (event, targets.to_owned())), "administrators are told once, and why");
    }

    #[test]
    fn work_asked_for_later_is_scheduled() {
        let mut own = filing(json!({"name": "Mei", "kind": "staff"}));
        own.item.approval = None;
        own.item.plan.connectors = vec!["desk".to_owned()];
        own.begins_at = Some(own.now + chrono::Duration::hours(5));
        let later = file(own.clone()).unwrap();
        assert_eq!((later.request.state.status, later.decision.effects.len()), (Status::Scheduled, 0));
        assert_eq!(later.request.state.scheduled_for, own.begins_at);
        own.begins_at = Some(own.now);
        let now = file(own).unwrap();
        assert_eq!((now.request.state.status, now.decision.effects.len()), (Status::InProgress, 1));
    }

    fn lines(form: &Form, answers: &Answers) -> Vec<String> {
        let sections = answer_sections(form, answers);
        sections.iter().flat_map(|s| s.answers.iter().map(|a| format!("{} / {}: {}", s.title, a.label, a.text))).collect()
    }

    #[test]
    fn answers_read_in_the_forms_order_with_defaults_and_blanks() {
        let own = filing(json!({"name": "Mei", "kind": "contractor", "firm": "Lin Ltd"}));
        let expected = [
            "Who / Name: Mei",
            "Who / Kind: Contractor",
            "Contract / Firm: Lin Ltd",
            "Contract / Remark: ",
            "Place / Site: Basel",
            "Place / Room: ",
        ];
        assert_eq!(lines(own.form.form(), &own.answers), expected);
    }

    #[test]
    fn what_was_reviewed_before_sending_is_what_the_request_reads() {
        for answers in [
            json!({"name": "Mei", "kind": "contractor", "firm": "Lin Ltd", "room": "2.14"}),
            json!({"name": "Mei", "kind": "staff", "site": "", "firm": "Left over"}),
            json!({"name": "Mei", "kind": "staff", "site": "Bern", "room": "2.14"}),
        ] {
            let own = filing(answers);
            let (form, reviewed) = (own.form.clone(), lines(own.form.form(), &own.answers));
            assert_eq!(lines(form.form(), &file(own).unwrap().request.answers), reviewed);
        }
    }
}
