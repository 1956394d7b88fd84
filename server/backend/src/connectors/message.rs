//! A message to people: written by Docket, carried by the connectors of a channel.

use crate::settings::UseCaseSettings;
use chrono::{DateTime, Utc};
use domain::id::DeliveryId;
use serde::{Deserialize, Serialize};

/// A message, ready to be carried.
pub struct OutgoingMessage {
    /// The delivery's id: the same for every try.
    pub id: DeliveryId,
    /// When this try is made.
    pub now: DateTime<Utc>,
    /// The address or chat of one person; empty for the connector's own channel.
    pub to: String,
    pub content: MessageContent,
    /// What in it opens something: the message is kept nowhere then.
    pub secrets: Vec<String>,
}

/// What stands in a message: the same for every try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageContent {
    /// When its words were chosen, which is at the first try.
    pub written_at: DateTime<Utc>,
    pub body: MessageBody,
    /// What began the thread this stands in: a `Message-ID`, Slack's `ts`, Telegram's `message_id`. None when it begins one.
    pub thread: Option<String>,
}

/// What it says, as its channel writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageBody {
    Mail {
        subject: String,
        text: String,
        html: String,
        /// Where the person chooses what reaches them; empty where that is no choice.
        settings: String,
    },
    /// Slack's mrkdwn, or Telegram's HTML.
    Chat(String),
}

impl OutgoingMessage {
    /// What began its thread.
    pub(super) fn thread(&self) -> Option<&str> {
        self.content.thread.as_deref()
    }

    /// The chat's text, or a sentence that says it is none.
    pub(super) fn chat(&self) -> Result<&str, String> {
        match &self.content.body {
            MessageBody::Chat(text) => Ok(text),
            MessageBody::Mail { .. } => Err("Not sent: this message is not meant for a chat.".to_owned()),
        }
    }
}

/// The `Message-ID` of a delivery's e-mail: a receiver that gets it twice sees one message.
pub fn mail_id(server: &UseCaseSettings, id: DeliveryId) -> String {
    let host = server.public_url.split("://").nth(1).unwrap_or("docket").split([':', '/']).next().unwrap_or("docket");
    format!("<{id}@{host}>")
}
