//! The API token that is set in the environment (`IT_REQUESTS_API_TOKEN`), for a program that has it from the same settings.

use super::reader::SettingReader;
use backend::settings::SettingsToken;
use backend::tokens::hash_token;

/// Shortest token, in characters: nobody guesses one.
const SHORTEST: usize = 32;
/// Longest token, in characters.
const LONGEST: usize = 200;

impl SettingReader<'_> {
    /// The token, of which nothing but its hash is kept.
    pub(super) fn settings_token(&mut self) -> Option<SettingsToken> {
        let organization = self.text("IT_REQUESTS_API_ORGANIZATION").map(str::to_owned);
        let token = self.text("IT_REQUESTS_API_TOKEN")?;
        if !(SHORTEST..=LONGEST).contains(&token.len()) || token.contains(char::is_whitespace) {
            self.problem(format!(
                "IT_REQUESTS_API_TOKEN cannot be used: write {SHORTEST} to {LONGEST} random characters without blanks, such as those of \
                 openssl rand -hex 32."
            ));
            return None;
        }
        Some(SettingsToken { hash: hash_token(token), organization })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::ServerConfig;

    #[test]
    fn a_token_in_the_settings_is_long_and_kept_as_a_hash() {
        let read = |token: &str| ServerConfig::read(&[("IT_REQUESTS_API_TOKEN".to_owned(), token.to_owned())].into());
        assert_eq!(read("").unwrap().settings_token.map(|token| token.hash), None);
        let token = "a".repeat(32);
        assert_eq!(read(&token).unwrap().settings_token.unwrap().hash.len(), 64);
        for wrong in ["short", &"a ".repeat(20), &"a".repeat(201)] {
            let problems = read(wrong).unwrap_err();
            assert!(problems[0].starts_with("IT_REQUESTS_API_TOKEN") && !problems[0].contains(wrong), "{problems:?}");
        }
    }
}
