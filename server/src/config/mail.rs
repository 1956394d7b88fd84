//! The mail variables of the systems Docket replaces (S3-075 to S3-081): they mean what they meant.

use super::ServerConfig;
use super::reader::SettingReader;
use backend::settings::{MailServer, MailTls};

/// What sends the server's own e-mail.
enum MailBackend {
    Smtp,
    SendGrid,
    None,
}

impl ServerConfig {
    /// What sends messages to people, for those who look at the configuration.
    pub(super) fn mail_backend(&self) -> &'static str {
        match (&self.mail, &self.sendgrid_from) {
            (_, Some(_)) => "sendgrid",
            (Some(_), None) => "smtp",
            (None, None) => "none",
        }
    }
}

impl SettingReader<'_> {
    /// The mail server for connectors that name none; and the sender of messages to people, where they go through SendGrid instead.
    pub(super) fn mail(&mut self) -> (Option<MailServer>, Option<String>) {
        match self.mail_backend() {
            MailBackend::None => (None, None),
            MailBackend::Smtp => (self.mail_server(), None),
            MailBackend::SendGrid => {
                for needed in ["SENDGRID_API_KEY", "DEFAULT_FROM_EMAIL"] {
                    if self.text(needed).is_none() {
                        self.problem(format!("EMAIL_BACKEND is sendgrid, which needs {needed}."));
                    }
                }
                (self.mail_server(), self.text("DEFAULT_FROM_EMAIL").map(str::to_owned))
            }
        }
    }

    /// By its short name, or by the class that the replaced systems named.
    fn mail_backend(&mut self) -> MailBackend {
        let Some(text) = self.text("EMAIL_BACKEND") else { return MailBackend::Smtp };
        match text {
            "smtp" | "django.core.mail.backends.smtp.EmailBackend" => MailBackend::Smtp,
            "sendgrid" | "sendgrid_backend.SendgridBackend" | "anymail.backends.sendgrid.EmailBackend" => MailBackend::SendGrid,
            "none" => MailBackend::None,
            other if other.starts_with("django.core.mail.backends.") => MailBackend::None,
            other => {
                self.problem(format!("EMAIL_BACKEND is \"{other}\"; write smtp, sendgrid or none."));
                MailBackend::None
            }
        }
    }

    /// Without encryption only where no password is sent.
    fn mail_server(&mut self) -> Option<MailServer> {
        let host = self.text("EMAIL_HOST")?.to_owned();
        let port = self.number("EMAIL_PORT", 587, 1, 65_535).try_into().unwrap_or(587);
        let encrypted = self.switch("EMAIL_USE_TLS", true);
        let tls = match (encrypted, port) {
            (false, _) => MailTls::None,
            (true, 465) => MailTls::Whole,
            (true, _) => MailTls::StartTls,
        };
        let text = |name: &str| self.text(name).unwrap_or_default().to_owned();
        let mail = MailServer {
            host,
            port,
            tls,
            user: text("EMAIL_HOST_USER"),
            password: text("EMAIL_HOST_PASSWORD"),
            from: text("DEFAULT_FROM_EMAIL"),
        };
        if tls == MailTls::None && !mail.password.is_empty() {
            self.problem("EMAIL_USE_TLS is off while EMAIL_HOST_PASSWORD is set; a password is not sent without encryption.".to_owned());
        }
        Some(mail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn read(pairs: &[(&str, &str)]) -> Result<ServerConfig, Vec<String>> {
        let variables: BTreeMap<String, String> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ServerConfig::read(&variables)
    }

    #[test]
    fn the_mail_variables_of_the_replaced_systems_mean_what_they_meant() {
        let mail = |pairs: &[(&str, &str)]| read(pairs).unwrap().mail.unwrap();
        let usual = mail(&[("EMAIL_HOST", "mail.example.org"), ("EMAIL_USE_TLS", "True"), ("DEFAULT_FROM_EMAIL", "desk@example.org")]);
        assert_eq!((usual.port, usual.tls, usual.from.as_str()), (587, MailTls::StartTls, "desk@example.org"));
        assert_eq!(mail(&[("EMAIL_HOST", "m"), ("EMAIL_PORT", "465")]).tls, MailTls::Whole);
        assert_eq!(mail(&[("EMAIL_HOST", "m"), ("EMAIL_PORT", "25"), ("EMAIL_USE_TLS", "False")]).tls, MailTls::None);
        let open = read(&[("EMAIL_HOST", "m"), ("EMAIL_USE_TLS", "False"), ("EMAIL_HOST_PASSWORD", "x")]).unwrap_err();
        assert!(open[0].starts_with("EMAIL_USE_TLS"), "{open:?}");
    }

    #[test]
    fn the_mail_backend_says_what_sends() {
        let backend = |name: &str| {
            read(&[("EMAIL_BACKEND", name), ("EMAIL_HOST", "m"), ("SENDGRID_API_KEY", "k"), ("DEFAULT_FROM_EMAIL", "d@e.org")])
        };
        assert_eq!(backend("smtp").unwrap().mail_backend(), "smtp");
        assert_eq!(backend("django.core.mail.backends.smtp.EmailBackend").unwrap().mail_backend(), "smtp");
        let sendgrid = backend("sendgrid_backend.SendgridBackend").unwrap();
        assert_eq!((sendgrid.mail_backend(), sendgrid.sendgrid_from.as_deref()), ("sendgrid", Some("d@e.org")));
        // One that shows or collects e-mail while developing sends none.
        assert_eq!(backend("django.core.mail.backends.console.EmailBackend").unwrap().mail_backend(), "none");
        assert!(backend("pigeon").unwrap_err()[0].contains("write smtp, sendgrid or none"));
        assert_eq!(read(&[("EMAIL_BACKEND", "sendgrid")]).unwrap_err().len(), 2, "the key and the sender are missing");
    }
}
