//! What an organization may decide about notifications: events there are, and connectors that carry the channel.

use super::{NOTICES, NoticeDefaults, find};
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath};

/// Everything wrong with what an organization decides.
pub fn lint_notifications(decided: &NoticeDefaults, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    for (event, channels) in &decided.switches {
        let at = at.entry("switches").entry(event);
        let Some(notice) = find(event) else {
            let keys: Vec<&str> = NOTICES.iter().map(|notice| notice.key).collect();
            found.note(at, format!("“{event}” is not an event. Use one of {}", keys.join(", ")));
            continue;
        };
        for channel in channels.keys().filter(|channel| !notice.goes_by(**channel)) {
            let message = format!("“{event}” is told to the owner of the account alone, and never by {}. Leave it out", channel.label());
            found.note(at.entry(channel.key()), message);
        }
    }
    for (channel, key) in decided.channels.iter().filter(|(_, key)| !key.is_empty()) {
        if known.connectors.get(key.as_str()).copied().flatten() != Some(*channel) {
            let message = format!("“{key}” is not a connector that carries {}. Leave it empty for none", channel.label());
            found.note(at.entry("channels").entry(channel.key()), message);
        }
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::super::{NoticeChannel, NoticeSwitch};
    use super::*;
    use crate::lint::tests::{assert_rule, known};

    fn switched(event: &str, channel: NoticeChannel) -> NoticeDefaults {
        let switch = NoticeSwitch { on: true, locked: false };
        NoticeDefaults { switches: [(event.to_owned(), [(channel, switch)].into())].into(), ..NoticeDefaults::default() }
    }

    fn carried(channel: NoticeChannel, key: &str) -> NoticeDefaults {
        NoticeDefaults { channels: [(channel, key.to_owned())].into(), ..NoticeDefaults::default() }
    }

    #[test]
    fn decisions_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong: NoticeDefaults, told_as: &str, right: NoticeDefaults| {
            assert_rule(|decided| lint_notifications(decided, &known()), wrong, told_as, right);
        };
        rule(
            switched("request_aproved", NoticeChannel::Email),
            "switches.request_aproved: “request_aproved” is not an event. Use one of new_request_created,",
            switched("request_approved", NoticeChannel::Email),
        );
        rule(
            switched("wrong_passwords", NoticeChannel::Slack),
            "switches.wrong_passwords.slack: “wrong_passwords” is told to the owner of the account alone, and never by Slack",
            switched("wrong_passwords", NoticeChannel::Telegram),
        );
        for wrong in ["desk", "gone"] {
            let told_as = format!("channels.email: “{wrong}” is not a connector that carries E-mail");
            rule(carried(NoticeChannel::Email, wrong), &told_as, carried(NoticeChannel::Email, "mail"));
        }
        rule(
            carried(NoticeChannel::Slack, "mail"),
            "channels.slack: “mail” is not a connector that carries Slack",
            carried(NoticeChannel::Slack, ""),
        );
    }
}
