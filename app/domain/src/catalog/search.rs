//! The catalog's search: as you type, in the browser, forgiving a typo.
//!
//! Every word typed must be found in a card, as the beginning of one of its words. Names count more than tags, tags more than the
//! category, the category more than the description. Only when nothing is found that way may words differ by a slip of the finger.

use super::wire::ItemCard;
use crate::bounds::{SEARCH_LETTERS, SEARCH_WORDS, first_letters};
use crate::text::search_words;

/// Words that say nothing about what is looked for.
const EMPTY_WORDS: &[&str] = &["a", "an", "and", "for", "i", "in", "my", "need", "new", "of", "on", "or", "the", "to", "want", "with"];

/// Slips that are forgiven in a long word.
const MOST_SLIPS: usize = 2;

/// Indexes of the cards that match, best first; cards of equal rank keep their order. All cards of the category for an empty text.
pub fn search(cards: &[ItemCard], text: &str, category: Option<&str>) -> Vec<usize> {
    let mut typed = search_words(first_letters(text.trim(), SEARCH_LETTERS));
    typed.truncate(SEARCH_WORDS);
    if typed.iter().any(|word| !EMPTY_WORDS.contains(&word.as_str())) {
        typed.retain(|word| !EMPTY_WORDS.contains(&word.as_str()));
    }
    let shown: Vec<(usize, &ItemCard)> = cards.iter().enumerate().filter(|(_, card)| category.is_none_or(|c| card.category == c)).collect();
    let ranked = |exactly: bool| {
        let mut found: Vec<(usize, u32)> = shown.iter().filter_map(|(index, card)| Some((*index, rank(card, &typed, exactly)?))).collect();
        found.sort_by_key(|(_, rank)| std::cmp::Reverse(*rank));
        found.into_iter().map(|(index, _)| index).collect::<Vec<_>>()
    };
    let found = ranked(true);
    if found.is_empty() { ranked(false) } else { found }
}

/// How well a card matches all words; None when one of them is not in it.
fn rank(card: &ItemCard, typed: &[String], exactly: bool) -> Option<u32> {
    let parts = [&card.name, &card.tags.join(" "), &card.category, &card.description].map(|part| search_words(part));
    typed.iter().try_fold(0, |sum, word| {
        let best = parts.iter().zip([40, 30, 20, 10]).filter_map(|(part, weight)| {
            let quality = part.iter().filter_map(|of_card| closeness(word, of_card, exactly)).max()?;
            Some(weight + quality)
        });
        Some(sum + best.max()?)
    })
}

/// 3 for the same word, 2 for its beginning, 1 for a slip; None for another word.
fn closeness(typed: &str, word: &str, exactly: bool) -> Option<u32> {
    if typed == word {
        return Some(3);
    }
    if word.starts_with(typed) {
        return Some(2);
    }
    let length = typed.chars().count();
    let slips = match length {
        0..3 => 0,
        // Three letters are the beginning of too much: only a word as short may be meant ("vpm").
        3 => usize::from(word.chars().count() == 3),
        4..8 => 1,
        _ => MOST_SLIPS,
    };
    (!exactly && slips > 0 && distance_to_beginning(typed, word) <= slips).then_some(1)
}

/// Fewest slips (a letter wrong, missing, too many, or two exchanged) between what was typed and any beginning of the word.
fn distance_to_beginning(typed: &str, word: &str) -> usize {
    let a: Vec<char> = typed.chars().collect();
    let b: Vec<char> = word.chars().take(a.len() + 2).collect();
    if a.len() > b.len() + MOST_SLIPS {
        // What is so much longer is not this word, however it is spelled.
        return a.len() - b.len();
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let wrong = usize::from(a[i - 1] != b[j - 1]);
            next[j] = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + wrong);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row.into_iter().min().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str, tags: &[&str], category: &str, description: &str) -> ItemCard {
        ItemCard {
            key: name.to_lowercase().replace(' ', "-"),
            name: name.to_owned(),
            description: description.to_owned(),
            icon: "box".to_owned(),
            category: category.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            prefix: "IT".to_owned(),
            expected: String::new(),
            price: String::new(),
            approval: String::new(),
        }
    }

    fn cards() -> Vec<ItemCard> {
        vec![
            card("Software access", &["licence", "account"], "Access", "Use a program, on your laptop or in the browser"),
            card("VPN", &["remote", "network"], "Access", "Work from outside the office"),
            card("Laptop repair", &["device", "broken"], "Equipment", "Have a device looked at"),
            card("Borrow a key", &["door", "loan"], "Équipement", "A key for a room, for a day or longer"),
            card("Address validation", &["data"], "Data", "Check a file of addresses"),
            card("New starter", &["onboarding", "account"], "People", "Prepare everything for a first day"),
        ]
    }

    fn names(text: &str) -> Vec<String> {
        let cards = cards();
        search(&cards, text, None).into_iter().map(|index| cards[index].name.clone()).collect()
    }

    #[test]
    fn nothing_typed_shows_everything_in_order() {
        assert_eq!(search(&cards(), "", None), [0, 1, 2, 3, 4, 5]);
        assert_eq!(search(&cards(), " - ", None), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_slip_in_a_word_of_three_letters_finds_words_as_short() {
        for typed in ["vpm", "vnp", "cpn"] {
            assert_eq!(names(typed), ["VPN"], "{typed}");
        }
        assert_eq!(names("kez"), ["Borrow a key"]);
        assert!(names("lqp").is_empty(), "the beginning of a longer word has to be right");
    }

    #[test]
    fn a_category_narrows() {
        assert_eq!(search(&cards(), "", Some("Access")), [0, 1]);
        assert_eq!(search(&cards(), "laptop", Some("Equipment")), [2]);
        assert!(search(&cards(), "", Some("access")).is_empty());
    }

    #[test]
    fn names_come_before_tags_category_and_description() {
        let cards = [
            card("One", &[], "Four", "a printer"),
            card("Two", &[], "Printer", ""),
            card("Three", &["printer"], "Four", ""),
            card("Printer", &[], "Four", ""),
        ];
        assert_eq!(search(&cards, "printer", None), [3, 2, 1, 0]);
        assert_eq!(search(&cards, "prniter", None), [3, 2, 1, 0]);
    }

    #[test]
    fn every_key_press_narrows() {
        let mut before = names("");
        for end in 1..="laptop repair".len() {
            let now = names(&"laptop repair"[..end]);
            assert!(now.contains(&"Laptop repair".to_owned()), "{end}");
            assert!(now.iter().all(|name| before.contains(name)), "{now:?} in {before:?}");
            before = now;
        }
        assert_eq!(before, ["Laptop repair"]);
    }

    #[test]
    fn a_slip_is_forgiven() {
        for typed in ["latpop", "lapotp", "alptop repair", "laptopp", "lptop", "laptip"] {
            assert!(names(typed).contains(&"Laptop repair".to_owned()), "{typed}: {:?}", names(typed));
        }
        assert_eq!(names("adress validtaion"), ["Address validation"]);
        assert_eq!(names("onbaording"), ["New starter"]);
        assert_eq!(names("softwear")[0], "Software access");
    }

    #[test]
    fn slips_count_only_when_nothing_is_spelled_so() {
        assert_eq!(names("data"), ["Address validation"]);
        assert_eq!(names("room"), ["Borrow a key"]);
    }

    #[test]
    fn short_words_and_nonsense_find_nothing_by_accident() {
        for typed in ["xyz", "qqx", "quantum", "zzzzzzzzzzzz"] {
            assert!(names(typed).is_empty(), "{typed}: {:?}", names(typed));
        }
    }

    #[test]
    fn all_words_must_be_found_but_small_ones_do_not_count() {
        assert_eq!(names("access to software"), ["Software access"]);
        assert_eq!(names("i need a new laptop repair"), ["Laptop repair"]);
        assert!(names("laptop onboarding").is_empty());
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(names("VPN"), names("vpn"));
        assert_eq!(names("equipement"), ["Borrow a key"]);
        assert_eq!(names("ÉQUIPEMENT"), ["Borrow a key"]);
    }

    #[test]
    fn of_a_text_of_any_length_only_its_beginning_is_looked_at() {
        let laptop = format!("laptop{}", " ".repeat(SEARCH_LETTERS));
        assert_eq!(names(&format!("{laptop}{}", "onboarding ".repeat(1_000_000))), names("laptop"));
        assert_eq!(names(&"laptop ".repeat(100_000)), names("laptop"));
        assert!(names(&"x".repeat(1_000_000)).is_empty());
    }

    #[test]
    fn any_way_to_write_a_letter_finds_the_others() {
        let cards = [card("Straßenbahn", &["Zażółć"], "Łąka", "Nguye\u{302}\u{303}n Ţăran Ķirsis Þór")];
        for typed in [
            "strasse",
            "STRASSENBAHN",
            "straße",
            "zazolc",
            "zażółć",
            "laka",
            "nguyen",
            "Nguyễn",
            "taran",
            "kirsis",
            "thor",
            "\u{200b}strassen",
        ] {
            assert_eq!(search(&cards, typed, None), [0], "{typed}");
        }
    }

    #[test]
    fn distances() {
        for (typed, word, slips) in
            [("", "abc", 0), ("abc", "abcdef", 0), ("abd", "abcdef", 1), ("bacd", "abcd", 1), ("acd", "abcd", 1), ("abxcd", "abcd", 1)]
        {
            assert_eq!(distance_to_beginning(typed, word), slips, "{typed} {word}");
        }
    }
}
