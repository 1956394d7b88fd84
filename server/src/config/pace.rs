//! Settings of connections: how long each part of them may take, and how many there may be.

use super::reader::SettingReader;
use std::time::Duration;

/// The longest that any of the limits can be, in seconds.
const LONGEST: u32 = 3600;

/// How long a connection may take for what it does, and how many are open at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionPace {
    /// From its first byte to the end of a request's head.
    pub head: Duration,
    /// From the end of the head to the end of the body.
    pub body: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// How long the other end may take nothing of what was written.
    pub unread: Duration,
    /// Open connections; None for as many as the file handles allow.
    pub most: Option<u32>,
    /// Live streams of one session: fewer than the six connections that a browser opens to a site over HTTP/1.1, as each holds one for good.
    pub streams: u32,
}

impl ConnectionPace {
    /// The shortest of the limits: nothing is over before it.
    pub fn shortest(&self) -> Duration {
        self.head.min(self.body).min(self.idle).min(self.unread)
    }

    /// Name and value of every setting.
    pub(super) fn shown(&self) -> Vec<(&'static str, String)> {
        let seconds = |limit: Duration| limit.as_secs().to_string();
        vec![
            ("DOCKET_HEAD_SECONDS", seconds(self.head)),
            ("DOCKET_BODY_SECONDS", seconds(self.body)),
            ("DOCKET_IDLE_SECONDS", seconds(self.idle)),
            ("DOCKET_UNREAD_SECONDS", seconds(self.unread)),
            ("DOCKET_MAX_CONNECTIONS", self.most.map_or("as the file handles allow".to_owned(), |most| most.to_string())),
            ("DOCKET_STREAMS_PER_SESSION", self.streams.to_string()),
        ]
    }
}

impl SettingReader<'_> {
    /// How long connections may take, and how many there may be.
    pub(super) fn pace(&mut self) -> ConnectionPace {
        let mut seconds = |name: &str, default: u32| Duration::from_secs(self.number(name, default, 1, LONGEST).into());
        let (head, body) = (seconds("DOCKET_HEAD_SECONDS", 15), seconds("DOCKET_BODY_SECONDS", 60));
        let (idle, unread) = (seconds("DOCKET_IDLE_SECONDS", 75), seconds("DOCKET_UNREAD_SECONDS", 30));
        let most = self.text("DOCKET_MAX_CONNECTIONS").is_some().then(|| self.number("DOCKET_MAX_CONNECTIONS", 1024, 1, 1_000_000));
        ConnectionPace { head, body, idle, unread, most, streams: self.number("DOCKET_STREAMS_PER_SESSION", 4, 1, 10_000) }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::ServerConfig;
    use std::time::Duration;

    #[test]
    fn limits_are_whole_seconds_and_whole_connections() {
        let read = |name: &str, value: &str| ServerConfig::read(&[(name.to_owned(), value.to_owned())].into());
        assert_eq!(read("DOCKET_HEAD_SECONDS", "3").unwrap().pace.head, Duration::from_secs(3));
        assert_eq!(read("DOCKET_MAX_CONNECTIONS", "7").unwrap().pace.most, Some(7));
        for name in ["HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS", "UNREAD_SECONDS", "MAX_CONNECTIONS", "STREAMS_PER_SESSION"] {
            let name = format!("DOCKET_{name}");
            for wrong in ["0", "-1", "1.5", "many"] {
                let problems = read(&name, wrong).unwrap_err();
                assert!(problems.len() == 1 && problems[0].starts_with(&name), "{problems:?}");
            }
        }
    }
}
