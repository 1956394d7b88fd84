//! The profile: what people say about themselves, and their password.

use super::password;
use crate::caller::{Caller, CallerProof};
use crate::error::{Error, Result};
use crate::store::{members, organizations, people, sign_in_attempts};
use crate::{Backend, zones};
use domain::people::lint::LONGEST_NAME;
use domain::people::{Me, Profile, ProfileView};
use domain::text::{count_characters, tidy_code, tidy_line};
use domain::{Problem, Refusal};

/// Wrong current passwords within a quarter of an hour.
const TRIES: i32 = 5;
/// The longest phone number, in characters.
const LONGEST_PHONE: usize = 40;

/// What the caller says about themselves, and the time zones to choose from.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(backend: &Backend, caller: &Caller) -> Result<ProfileView> {
    let handle = backend.store().read(caller.organization);
    let (account, contacts) = members::contacts(&handle, caller.id()).await?.ok_or(Refusal::NotFound)?;
    let organization = organizations::time_zone(&handle).await?.unwrap_or_default();
    Ok(ProfileView {
        profile: Profile {
            name: account.name,
            phone: account.phone,
            // As the list writes it: it may have been stored in another case.
            time_zone: zones::find(&account.time_zone).map_or(account.time_zone.clone(), |zone| zone.name().to_owned()),
            slack_member_id: contacts.slack_member_id,
            telegram_chat: contacts.telegram_chat,
        },
        organization_time_zone: zones::first([organization.as_str()]).name().to_owned(),
        time_zones: zones::names(),
        manager: members::manager(&handle, caller.id()).await?,
    })
}

/// Saves what the caller says about themselves: their name everywhere they belong, the ways to reach them in this organization.
///
/// # Errors
/// `Problems` with a sentence for each field that cannot be taken; nothing is changed then.
pub async fn save_profile(backend: &Backend, caller: &Caller, profile: Profile) -> Result<Me> {
    let profile = tidy(profile);
    let problems = problems(&profile);
    if !problems.is_empty() {
        return Err(Refusal::Problems { problems }.into());
    }
    let person = caller.id();
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let (mut account, _) = members::contacts(tx, person).await?.ok_or(Refusal::NotFound)?;
                (account.name, account.phone, account.time_zone) = (profile.name, profile.phone, profile.time_zone);
                people::update(tx, &account).await?;
                members::renamed(tx, &account).await?;
                let contacts = members::Contacts { slack_member_id: profile.slack_member_id, telegram_chat: profile.telegram_chat };
                members::set_contacts(tx, person, &contacts).await
            })
        })
        .await?;
    // As they are from now on.
    let caller = super::load_caller(backend, person, Some(caller.organization), caller.proof).await?.ok_or(Refusal::NotFound)?;
    super::me(backend, &caller).await
}

/// Changes the caller's password. Their other sign-ins end; this one goes on.
///
/// # Errors
/// `Input` when the current password is not right or the new one cannot be taken; `TooMany` after too many wrong ones; `Conflict` when
/// it was changed elsewhere meanwhile.
pub async fn change_password(backend: &Backend, caller: &Caller, current: &str, new: &str) -> Result<()> {
    password::judge(new)?;
    if current == new {
        return Err(Refusal::input("password", "This is the current password. Choose another one.").into());
    }
    let wrong = || Refusal::input("current", "The current password is not right. Check it, then try again.");
    if current.len() > password::LONGEST {
        return Err(wrong().into());
    }
    let writer = backend.store().platform_writer();
    let bucket = format!("password:{}", caller.id());
    if let Some(seconds) = sign_in_attempts::count(&writer, &bucket, TRIES, backend.now()).await? {
        return Err(Refusal::TooMany { seconds }.into());
    }
    let account = people::credentials(&backend.store().platform(), &caller.email).await?.filter(|account| account.id == caller.id());
    let before = account.and_then(|account| account.password_hash);
    if !password::verify(current.to_owned(), before.clone()).await? {
        return Err(wrong().into());
    }
    let before = before.ok_or_else(|| Error::from(wrong()))?;
    sign_in_attempts::forget(&writer, &bucket).await?;
    let hash = password::hash(new.to_owned()).await?;
    let (now, kept) = match caller.proof {
        CallerProof::SignIn(started) => (backend.now(), Some(started)),
        CallerProof::CommandLine | CallerProof::Token(_) => (backend.now(), None),
    };
    if !people::change_password(&writer, caller.id(), &before, &hash, now, kept).await? {
        return Err(Refusal::conflict("The password was changed elsewhere meanwhile. Sign in with the new one.").into());
    }
    let (be, person) = (backend.clone(), caller.id());
    let told = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let text = "It was changed on your profile, and your other devices were signed out. If that was not you, set a new one by \
                        “Forgot your password?” on the sign-in page, and tell an administrator.";
            crate::doors::tell_password_changed(tx, &be, person, text.to_owned()).await
        })
    });
    told.await
}

/// What was typed, without what came along with a paste; a Slack member ID is written in capitals.
fn tidy(profile: Profile) -> Profile {
    let code = |text: String| tidy_code(&text).into_owned();
    Profile {
        name: tidy_line(&profile.name).into_owned(),
        phone: code(profile.phone),
        time_zone: code(profile.time_zone),
        slack_member_id: code(profile.slack_member_id).to_ascii_uppercase(),
        telegram_chat: code(profile.telegram_chat),
    }
}

fn problems(profile: &Profile) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut check = |field: &str, right: bool, message: &str| {
        if !right {
            problems.push(Problem { section: String::new(), field: field.to_owned(), message: message.to_owned() });
        }
    };
    let plain = |text: &str, longest: usize| count_characters(text) <= longest && !text.contains(char::is_control);
    let name = !profile.name.is_empty() && plain(&profile.name, LONGEST_NAME);
    check("name", name, "Enter a name of up to 200 characters.");
    check("phone", plain(&profile.phone, LONGEST_PHONE), "Enter a phone number of up to 40 characters, or leave it empty.");
    let zone = profile.time_zone.is_empty() || zones::is_name(&profile.time_zone);
    check("time_zone", zone, "Choose a time zone from the list, like Europe/London, or your organization's.");
    let slack = profile.slack_member_id.is_empty() || is_slack_member(&profile.slack_member_id);
    check("slack_member_id", slack, "Enter the member ID from your Slack profile: it begins with U or W, like U024BE7LH.");
    let telegram = profile.telegram_chat.is_empty() || is_telegram_chat(&profile.telegram_chat);
    check("telegram_chat", telegram, "Enter a Telegram name like @ruth_abel, or the number of the chat.");
    problems
}

/// As Slack gives them out: U or W, then capital letters and digits.
fn is_slack_member(text: &str) -> bool {
    (7..=21).contains(&text.len())
        && text.starts_with(['U', 'W'])
        && text.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
}

/// A public name with its @, or the number of a chat, which is negative for groups.
fn is_telegram_chat(text: &str) -> bool {
    match text.strip_prefix('@') {
        Some(name) => {
            (5..=32).contains(&name.len())
                && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        }
        None => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            (1..=18).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile { name: "Ruth Abel".to_owned(), ..Profile::default() }
    }

    fn fields(profile: Profile) -> Vec<String> {
        problems(&tidy(profile)).into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn what_fits_is_taken() {
        for telegram in ["", "@ruth_abel", "123456789", "-1001234567890"] {
            let full = Profile {
                phone: "+44 20 7946 0000".to_owned(),
                time_zone: "Europe/London".to_owned(),
                slack_member_id: " u024be7lh ".to_owned(),
                telegram_chat: telegram.to_owned(),
                ..profile()
            };
            assert_eq!(fields(full), [""; 0], "{telegram}");
        }
        assert_eq!(tidy(Profile { slack_member_id: " u024be7lh ".to_owned(), ..profile() }).slack_member_id, "U024BE7LH");
    }

    #[test]
    fn every_field_says_what_is_wrong_with_it() {
        let wrong = Profile {
            name: " ".to_owned(),
            phone: "1".repeat(41),
            time_zone: "Europe/Nowhere".to_owned(),
            slack_member_id: "@ruth".to_owned(),
            telegram_chat: "ruth".to_owned(),
        };
        assert_eq!(fields(wrong), ["name", "phone", "time_zone", "slack_member_id", "telegram_chat"]);
        assert_eq!(fields(Profile { name: "x".repeat(201), ..profile() }), ["name"]);
        assert_eq!(tidy(Profile { name: "Ruth\0 Abel".to_owned(), ..profile() }).name, "Ruth Abel");
        for telegram in ["@abc", "@1ruth", "@ruth abel", "-", "1".repeat(19).as_str()] {
            assert_eq!(fields(Profile { telegram_chat: telegram.to_owned(), ..profile() }), ["telegram_chat"], "{telegram}");
        }
        for slack in ["U024", "C024BE7LH", "U024BE7L!"] {
            assert_eq!(fields(Profile { slack_member_id: slack.to_owned(), ..profile() }), ["slack_member_id"], "{slack}");
        }
    }
}
