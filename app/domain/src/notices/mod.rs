//! Notifications: who learns of what, and where. One table, and the rules that choose between an organization's switches and a person's
//! own. Its golden file is `tests/golden/notices.txt`.
//!
//! Deliberately not here: who the people are and how a message reaches them (the outbox), what it says (`words`).

pub mod lint;
pub mod told;
pub mod wire;
pub mod words;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a person can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeChannel {
    /// The bell.
    InApp,
    Email,
    Slack,
    Telegram,
}

/// Every channel, in the order of the matrix.
pub const CHANNELS: [NoticeChannel; 4] = [NoticeChannel::InApp, NoticeChannel::Email, NoticeChannel::Slack, NoticeChannel::Telegram];

impl NoticeChannel {
    /// As it is written in definitions.
    pub fn key(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Email => "email",
            Self::Slack => "slack",
            Self::Telegram => "telegram",
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::InApp => "In Docket",
            Self::Email => "E-mail",
            Self::Slack => "Slack",
            Self::Telegram => "Telegram",
        }
    }
}

/// What somebody is to a request when something happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeParty {
    Requester,
    /// Has it.
    Assignee,
    /// Named by the notice: those who may decide, who was mentioned, to whom it was given.
    Named,
    /// Whoever takes what is stuck.
    Supervisor,
    /// Whoever sees to deliveries.
    Administrator,
}

/// Under which heading an event stands in the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeGroup {
    Requests,
    Work,
    Outcome,
    Deadlines,
    System,
    Account,
}

impl NoticeGroup {
    /// The heading.
    pub fn label(self) -> &'static str {
        match self {
            Self::Requests => "Your requests",
            Self::Work => "Work",
            Self::Outcome => "Outcome",
            Self::Deadlines => "Deadlines",
            Self::System => "Docket itself",
            Self::Account => "Your account",
        }
    }
}

/// An event that people are told of.
#[derive(Clone, Copy, Debug)]
pub struct NoticeRule {
    /// S3-045 … S3-057, and those of Docket.
    pub key: &'static str,
    pub label: &'static str,
    pub group: NoticeGroup,
    /// Who is told; the one who did it only when `tells_the_actor`.
    pub parts: &'static [NoticeParty],
    /// Channels that are on until somebody switches them.
    pub on: &'static [NoticeChannel],
    /// Comes through quiet hours when the person lets it.
    pub urgent: bool,
}

impl NoticeRule {
    /// Whether who did it is told as well: sending a request is confirmed.
    pub fn tells_the_actor(&self) -> bool {
        self.key == "new_request_created"
    }

    /// Whether it can go by a channel at all: what is about an account is for its owner alone, and others read a Slack channel.
    pub fn goes_by(&self, channel: NoticeChannel) -> bool {
        self.group != NoticeGroup::Account || channel != Slack
    }
}

use NoticeChannel::{Email, InApp, Slack, Telegram};
use NoticeParty::{Administrator, Assignee, Named, Requester, Supervisor};

const ALL: &[NoticeChannel] = &[InApp, Email, Slack, Telegram];
const CHAT: &[NoticeChannel] = &[InApp, Slack, Telegram];
const BELL: &[NoticeChannel] = &[InApp];

const fn told(
    key: &'static str,
    label: &'static str,
    group: NoticeGroup,
    parts: &'static [NoticeParty],
    on: &'static [NoticeChannel],
) -> NoticeRule {
    NoticeRule { key, label, group, parts, on, urgent: false }
}

const fn urgent(key: &'static str, label: &'static str, parts: &'static [NoticeParty]) -> NoticeRule {
    NoticeRule { key, label, group: NoticeGroup::Deadlines, parts, on: ALL, urgent: true }
}

/// Every event, in the order of the matrix.
pub const NOTICES: &[NoticeRule] = &[
    told("new_request_created", "Request submitted", NoticeGroup::Requests, &[Requester], &[InApp, Email]),
    told("request_pending_approval", "Waiting for approval", NoticeGroup::Requests, &[Named], ALL),
    told("approval_fell_back", "Nobody else can decide", NoticeGroup::Requests, &[Named], ALL),
    told("request_approved", "Approved", NoticeGroup::Requests, &[Requester], ALL),
    told("request_rejected", "Declined", NoticeGroup::Requests, &[Requester], ALL),
    told("scheduled_request_activated", "Scheduled start", NoticeGroup::Requests, &[Requester, Assignee], BELL),
    told("update_requested", "Update asked", NoticeGroup::Work, &[Requester], ALL),
    told("update_provided", "Update given", NoticeGroup::Work, &[Named, Assignee], CHAT),
    told("request_blocked", "Blocked", NoticeGroup::Work, &[Requester, Assignee], ALL),
    told("request_resolved", "Unblocked or resolved", NoticeGroup::Work, &[Requester, Assignee], CHAT),
    told("request_sent_to_qa", "Sent to QA", NoticeGroup::Work, &[Requester, Assignee], BELL),
    told("request_assigned", "Assigned to you", NoticeGroup::Work, &[Named], ALL),
    told("task_shared", "Task for you", NoticeGroup::Work, &[Named], ALL),
    told("mentioned", "Mentioned in a comment", NoticeGroup::Work, &[Named], ALL),
    told("request_escalated", "Escalated", NoticeGroup::Work, &[Supervisor], ALL),
    told("request_completed", "Completed", NoticeGroup::Outcome, &[Requester], ALL),
    told("request_cancelled", "Cancelled", NoticeGroup::Outcome, &[Requester, Assignee, Named], ALL),
    told("request_uncancelled", "Restored after cancelling", NoticeGroup::Outcome, &[Requester, Assignee], CHAT),
    urgent("request_approval_reminder", "Approval overdue", &[Named]),
    urgent("request_approval_escalated", "Approval passed on to you", &[Named]),
    urgent("loan_overdue", "Loan overdue", &[Named]),
    told("delivery_failed", "Delivery failed", NoticeGroup::System, &[Administrator], &[InApp, Email]),
    told("wrong_passwords", "Wrong passwords", NoticeGroup::Account, &[Named], &[InApp, Email]),
    told("password_changed", "Password changed", NoticeGroup::Account, &[Named], &[InApp, Email]),
];

/// The entry of an event key.
pub fn find(key: &str) -> Option<&'static NoticeRule> {
    NOTICES.iter().find(|told| told.key == key)
}

/// A person's choices: event key, channel, on or off. What is missing is as usual.
pub type OwnChoices = BTreeMap<String, BTreeMap<NoticeChannel, bool>>;

/// An organization's switch of one event on one channel (S3-043, S3-044: `is_email_enabled` and its siblings).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeSwitch {
    pub on: bool,
    /// Nobody can choose otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

/// What an organization decides about notifications. Stored as JSON, written in `organization.yaml`: fields are only added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeDefaults {
    /// Event key, channel, switch; only what differs from the table.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub switches: BTreeMap<String, BTreeMap<NoticeChannel, NoticeSwitch>>,
    /// Which connector carries a channel: its key, or empty for none. A channel that is missing goes by the server's own, when it has one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<NoticeChannel, String>,
}

impl NoticeDefaults {
    /// The switch of an event on a channel, as set or as usual.
    pub fn switch(&self, told: &NoticeRule, channel: NoticeChannel) -> NoticeSwitch {
        let set = self.switches.get(told.key).and_then(|channels| channels.get(&channel)).copied();
        set.unwrap_or(NoticeSwitch { on: told.on.contains(&channel), locked: false })
    }

    /// Sets a switch; one that is as usual is not kept.
    pub fn set(&mut self, told: &NoticeRule, channel: NoticeChannel, switch: NoticeSwitch) {
        let channels = self.switches.entry(told.key.to_owned()).or_default();
        if switch == (NoticeSwitch { on: told.on.contains(&channel), locked: false }) {
            channels.remove(&channel);
        } else {
            channels.insert(channel, switch);
        }
        self.switches.retain(|_, channels| !channels.is_empty());
    }
}

/// Hours in which only what is urgent gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietTime {
    pub from: NaiveTime,
    /// The first moment that is not quiet; on the next day when it is before `from`.
    pub to: NaiveTime,
    pub urgent_passes: bool,
}

impl QuietTime {
    /// When the quiet that holds at a local time ends; None when it is not quiet. Equal ends mean no quiet at all.
    pub fn ends(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let time = at.time();
        let over_midnight = self.from > self.to;
        let holds = if over_midnight { time >= self.from || time < self.to } else { self.from <= time && time < self.to };
        let day = if over_midnight && time >= self.from { at.date().checked_add_days(Days::new(1))? } else { at.date() };
        holds.then(|| day.and_time(self.to))
    }
}

/// A daily summary by e-mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummarySchedule {
    pub at: NaiveTime,
    pub weekdays_only: bool,
}

impl SummarySchedule {
    /// The first local time after `now` at which it is sent.
    pub fn next(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let weekend = |day: Weekday| matches!(day, Weekday::Sat | Weekday::Sun);
        (0..8)
            .filter_map(|days| now.date().checked_add_days(Days::new(days)))
            .filter(|day| !(self.weekdays_only && weekend(day.weekday())))
            .map(|day| day.and_time(self.at))
            .find(|at| *at > now)
    }
}

/// What a person chose. Stored as JSON: fields are only added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeChoices {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: OwnChoices,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<SummarySchedule>,
}

impl NoticeChoices {
    /// Whether an event reaches the person on a channel: a locked switch of the organization, then their own, then the organization's.
    pub fn reached(&self, defaults: &NoticeDefaults, told: &NoticeRule, channel: NoticeChannel) -> bool {
        let switch = defaults.switch(told, channel);
        let own = self.own.get(told.key).and_then(|channels| channels.get(&channel)).copied();
        told.goes_by(channel) && own.filter(|_| !switch.locked).unwrap_or(switch.on)
    }

    /// When a message is sent that the person wants: None for at once, else when their quiet hours end, in their local time. The bell
    /// rings at any time: it wakes nobody.
    pub fn put_off(&self, told: &NoticeRule, channel: NoticeChannel, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let quiet = self.quiet.filter(|quiet| channel != InApp && !(told.urgent && quiet.urgent_passes))?;
        quiet.ends(local)
    }
}

/// A message that was read in Docket and is older than this is no longer sent.
const FRESH: Duration = Duration::minutes(10);

/// Whether a message is no longer worth sending: it was put off or held up, and has been read in Docket meanwhile.
pub fn is_stale(told_at: DateTime<Utc>, read: bool, now: DateTime<Utc>) -> bool {
    read && now - told_at > FRESH
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_thirteen_events_of_the_replaced_system_are_there_and_no_key_twice() {
        let keys: BTreeSet<&str> = NOTICES.iter().map(|told| told.key).collect();
        assert_eq!(keys.len(), NOTICES.len());
        for key in "new_request_created request_pending_approval request_approved scheduled_request_activated update_requested \
                    update_provided request_blocked request_resolved request_sent_to_qa request_rejected request_cancelled \
                    request_uncancelled request_completed"
            .split_whitespace()
        {
            assert!(keys.contains(key), "{key}");
        }
    }

    #[test]
    fn a_lock_beats_a_person_and_a_person_beats_the_organization() {
        let told = find("request_rejected").unwrap();
        let mut defaults = NoticeDefaults::default();
        let mut mine = NoticeChoices::default();
        assert!(mine.reached(&defaults, told, Email));
        defaults.set(told, Email, NoticeSwitch { on: false, locked: false });
        assert!(!mine.reached(&defaults, told, Email));
        mine.own.entry(told.key.to_owned()).or_default().insert(Email, true);
        assert!(mine.reached(&defaults, told, Email));
        defaults.set(told, Email, NoticeSwitch { on: false, locked: true });
        assert!(!mine.reached(&defaults, told, Email));
        defaults.set(told, Email, NoticeSwitch { on: true, locked: false });
        assert_eq!(defaults, NoticeDefaults::default(), "what is as usual is not kept");
    }

    #[test]
    fn what_is_about_an_account_never_goes_to_a_channel_of_many() {
        let told = find("wrong_passwords").unwrap();
        let (mut defaults, mut mine) = (NoticeDefaults::default(), NoticeChoices::default());
        defaults.set(told, Slack, NoticeSwitch { on: true, locked: true });
        mine.own.entry(told.key.to_owned()).or_default().insert(Slack, true);
        assert_eq!(CHANNELS.map(|channel| mine.reached(&defaults, told, channel)), [true, true, false, false]);
        assert!(NOTICES.iter().all(|told| told.goes_by(Email)));
    }

    #[test]
    fn quiet_hours_reach_over_midnight_and_end_in_the_morning() {
        let quiet = |from: &str, to: &str| QuietTime { from: from.parse().unwrap(), to: to.parse().unwrap(), urgent_passes: true };
        let night = quiet("19:00:00", "07:30:00");
        assert_eq!(night.ends(local("2026-11-23T18:59:59")), None);
        assert_eq!(night.ends(local("2026-11-23T19:00:00")), Some(local("2026-11-24T07:30:00")));
        assert_eq!(night.ends(local("2026-11-24T07:29:59")), Some(local("2026-11-24T07:30:00")));
        assert_eq!(night.ends(local("2026-11-24T07:30:00")), None);
        let lunch = quiet("12:00:00", "13:00:00");
        assert_eq!(lunch.ends(local("2026-11-24T12:30:00")), Some(local("2026-11-24T13:00:00")));
        assert_eq!(lunch.ends(local("2026-11-24T13:00:00")), None);
        assert_eq!(quiet("08:00:00", "08:00:00").ends(local("2026-11-24T08:00:00")), None);
    }

    #[test]
    fn urgent_things_come_through_when_they_may_and_the_bell_always_rings() {
        let night = |urgent_passes| NoticeChoices {
            quiet: Some(QuietTime { from: "19:00:00".parse().unwrap(), to: "07:00:00".parse().unwrap(), urgent_passes }),
            ..NoticeChoices::default()
        };
        let (late, usual, at) =
            (find("request_approval_reminder").unwrap(), find("request_approved").unwrap(), local("2026-11-23T22:00:00"));
        assert_eq!(night(true).put_off(late, Email, at), None);
        assert!(night(false).put_off(late, Email, at).is_some());
        assert!(night(true).put_off(usual, Telegram, at).is_some());
        assert_eq!(night(true).put_off(usual, InApp, at), None);
    }

    #[test]
    fn summaries_skip_weekends_when_asked_to() {
        let summary = |weekdays_only| SummarySchedule { at: "08:00:00".parse().unwrap(), weekdays_only };
        // 2026-11-27 is a Friday.
        assert_eq!(summary(true).next(local("2026-11-27T07:59:00")), Some(local("2026-11-27T08:00:00")));
        assert_eq!(summary(true).next(local("2026-11-27T08:00:00")), Some(local("2026-11-30T08:00:00")));
        assert_eq!(summary(false).next(local("2026-11-27T08:00:00")), Some(local("2026-11-28T08:00:00")));
    }

    #[test]
    fn what_was_read_is_sent_only_while_it_is_new() {
        let at = DateTime::UNIX_EPOCH;
        assert!(!is_stale(at, true, at + Duration::minutes(10)));
        assert!(is_stale(at, true, at + Duration::minutes(11)));
        assert!(!is_stale(at, false, at + Duration::hours(9)));
    }
}
