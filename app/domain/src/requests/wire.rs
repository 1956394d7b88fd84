//! What the request pages receive and send.

use crate::approvals::ApproverVerdict;
use crate::approvals::wire::{ApprovalRoute, ApprovalView};
use crate::catalog::wire::ItemCard;
use crate::connectors::DeliveryStatus;
use crate::forms::{Answers, Form, SchemaChange};
use crate::id::{DeliveryId, RequestId};
use crate::people::PersonRef;
use crate::refusal::Problem;
use crate::requests::actions::AllowedActions;
use crate::requests::sla::SlaClocks;
use crate::requests::sla::shown::DueView;
use crate::requests::work::WorkView;
use crate::requests::{Event, Status};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A row of a list of requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSummary {
    pub number: String,
    /// What it is about.
    pub title: String,
    /// The name of what was asked for, which says it again where nothing else does.
    pub item: String,
    pub icon: String,
    pub category: String,
    pub status: Status,
    /// One line of where it stands: "Ruth Abel has it", "Answer by …", "Delivered".
    pub note: String,
    pub requester: PersonRef,
    /// The name of the space that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub submitted_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub updated_at: DateTime<Utc>,
}

/// The request dialog, opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftPage {
    /// The draft's id, and the request's: made by the server, kept by the browser.
    pub id: RequestId,
    pub item: ItemCard,
    /// What makes its title of the answers; empty when it is called as the item is.
    #[serde(default)]
    pub title_template: String,
    /// Resolved for this requester.
    pub form: Form,
    /// Hash of `form`; sent back at submission.
    pub form_version: String,
    /// Saved answers, or the form's defaults and the profile's prefill.
    pub answers: Answers,
    /// Key of the section the person was at.
    pub step: Option<String>,
    /// None when nothing is saved yet.
    pub saved_at: Option<DateTime<Utc>>,
    /// Today where the requester is: what relative date rules compare with.
    pub today: NaiveDate,
    pub route: ApprovalRoute,
    /// What happens after approval, in words.
    pub after: String,
    /// What changed in the form since the draft began.
    pub changes: Vec<SchemaChange>,
}

/// Autosave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaveDraft {
    pub id: RequestId,
    pub item_key: String,
    pub form_version: String,
    pub answers: Answers,
    pub step: Option<String>,
}

/// Autosave's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSaved {
    pub saved_at: DateTime<Utc>,
}

/// Submission. Sent again after a lost answer, it gives the same request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubmitDraft {
    pub id: RequestId,
    pub item_key: String,
    pub form_version: String,
    pub answers: Answers,
}

crate::reading::tagged_enum! {
    "outcome", "SubmissionOutcome", SubmissionOutcomeTwin;
    /// What became of a submission.
    #[derive(Clone, Debug, PartialEq)]
    pub enum SubmissionOutcome {
        /// Filed (now, or by an earlier try with the same id).
        Filed { number: String },
        /// Answers do not pass; nothing is lost.
        Problems { problems: Vec<Problem> },
        /// The form changed since the draft began; answers that still fit are kept.
        Changed { page: Box<DraftPage> },
    }
}

/// An answer as shown: label and text by the frozen version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerView {
    pub key: String,
    pub label: String,
    /// Empty text means not answered.
    pub text: String,
}

/// A section of answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerSection {
    pub key: String,
    pub title: String,
    pub answers: Vec<AnswerView>,
}

/// The request page, and the right half of the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestPage {
    pub summary: RequestSummary,
    pub sections: Vec<AnswerSection>,
    /// Short form of the frozen version's hash: first 8 hexadecimal digits.
    pub form_version: String,
    /// The item's form has another version now.
    pub form_changed_since: bool,
    pub approval: ApprovalView,
    pub after: String,
    pub price: String,
    /// Oldest first. Of a request with many, the last hundred: the first one then has a number above 1.
    pub events: Vec<Event>,
    /// Empty unless the caller may see deliveries or is the requester.
    pub deliveries: Vec<DeliveryView>,
    /// There are more deliveries than those, which have arrived.
    #[serde(default)]
    pub has_more_deliveries: bool,
    /// Something of it waits to be sent, and no worker is there to send it.
    #[serde(default)]
    pub stalled: bool,
    pub allowed: AllowedActions,
    /// The caller may have a failed delivery of it sent again.
    #[serde(default)]
    pub may_replay: bool,
    /// The last question, while changes are asked.
    pub question: Option<String>,
    /// Who has it.
    #[serde(default)]
    pub assignee: Option<PersonRef>,
    /// When the work begins, while it is put off.
    #[serde(default)]
    pub scheduled_for: Option<DateTime<Utc>>,
    /// Set when this is how it was, and not how it is.
    #[serde(default)]
    pub moment: Option<PastMoment>,
    /// Tasks and comments.
    pub work: WorkView,
    /// Service level clocks, as they were when the page was made; None when its item promised nothing.
    #[serde(default)]
    pub clocks: Option<ClocksView>,
}

/// What an action came to, for the person who asked for it: all that a list needs to show the request as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionResult {
    pub number: String,
    pub status: Status,
    /// How many events it has now: whoever read as many has seen this action.
    pub events: u32,
    /// What the person may do with it now.
    pub allowed: AllowedActions,
    /// Whether the person still sees it.
    pub visible: bool,
}

/// A moment of a request's past that is being looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastMoment {
    /// Number of the last event that had happened.
    pub seq: u32,
    /// Number of the latest event there is now.
    pub last: u32,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// Set when it is what somebody saw when they decided.
    #[serde(default)]
    pub seen: Option<SeenBy>,
}

/// Who decided on what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenBy {
    pub by: PersonRef,
    /// Number of the decision's event.
    pub decision: u32,
    pub verdict: ApproverVerdict,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// Fingerprint of the form, the answers and the price, as noted with the decision.
    pub fingerprint: String,
    /// What is shown has the same fingerprint.
    pub same: bool,
}

/// The clocks of a request with what to say of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClocksView {
    pub clocks: SlaClocks,
    /// Time left or over of the response and of the resolution, while their clocks run or stand still.
    pub response: Option<DueView>,
    pub resolution: Option<DueView>,
    /// "Late because: 62 % waiting for approvers, …".
    pub late_because: Option<String>,
    /// Name of the calendar; None when every hour counts.
    pub calendar: Option<String>,
}

/// One effect to one destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub connector: String,
    pub status: DeliveryStatus,
    /// When the next try starts, while there is one.
    pub next_at: Option<DateTime<Utc>>,
    /// Tries allowed in all.
    pub tries: u32,
    /// What it made in the other system.
    pub made: Option<ExternalRecord>,
    pub attempts: Vec<AttemptView>,
}

/// Something that exists in another system because of a delivery: a ticket, a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalRecord {
    /// Its name there.
    pub number: String,
    /// Where to read it; empty when there is no address.
    pub link: String,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    pub number: u32,
    pub at: DateTime<Utc>,
    pub milliseconds: u32,
    /// HTTP status, when there was an answer.
    pub code: Option<u16>,
    /// What went wrong, in words; empty on success. Only for those who may see deliveries.
    pub error: String,
}

/// Which of one's own requests to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MyFilter {
    #[default]
    Open,
    Finished,
    All,
}

/// A page of requests, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestList {
    pub rows: Vec<RequestSummary>,
    /// Give back as `after` to get the next page; None on the last one.
    pub next: Option<String>,
}
