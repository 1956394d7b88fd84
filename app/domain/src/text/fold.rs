//! One folding for every search, on both sides of the wire and in the database: without case, accents, or ways to write the same letter.
//!
//! Unicode's own data decides: compatibility decomposition, then lower case, then without marks. In the browser its own functions serve, so
//! that their tables need not be sent. Letters that Unicode does not take apart, but people without them on
//! their keyboard do, follow in `plain_letter`.

use super::marks::is_mark;

/// What is compared when people search: `Straße` and `strasse`, `Nguyễn` and `nguyen` are the same.
pub fn fold_search(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return folded;
    }
    for letter in decompose_lower(text).chars().filter(|letter| !says_nothing(*letter)) {
        match plain_letter(letter) {
            "" => folded.push(letter),
            plain => folded.push_str(plain),
        }
    }
    folded
}

/// Marks, what is invisible inside words, and the kashida, which only stretches them.
fn says_nothing(c: char) -> bool {
    is_mark(c)
        || matches!(c, '\u{ad}' | '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The folded words of a text: what stands between blanks, hyphens and other punctuation.
pub fn search_words(text: &str) -> Vec<String> {
    fold_search(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// How people write a letter that has no decomposition; empty for every other.
fn plain_letter(c: char) -> &'static str {
    match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' | 'ɖ' => "d",
        'ł' => "l",
        'ı' => "i",
        'þ' => "th",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ƀ' => "b",
        'ǥ' => "g",
        'ə' => "e",
        'ς' => "σ",
        'ʻ' | 'ʼ' | 'ʹ' | '’' | '‘' => "'",
        _ => "",
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn decompose_lower(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkd().flat_map(char::to_lowercase).collect()
}

#[cfg(target_arch = "wasm32")]
fn decompose_lower(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKD").to_lower_case().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    #[test]
    fn what_people_type_finds_what_is_written() {
        for (written, typed) in [
            ("Nguyễn", "nguyen"),
            ("Țăran", "taran"),
            ("Ķirsis", "kirsis"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("Zażółć", "zazolc"),
            ("Zażółć".nfd().collect::<String>().as_str(), "zazolc"),
            ("Þórður Æsir Øst", "thordur aesir ost"),
            ("Đặng", "dang"),
            ("İstanbul ılık", "istanbul ilik"),
            ("Ångström", "angstrom"),
            ("Tomás O’Neill", "tomas o'neill"),
            ("ﬁle Ⅳ ２", "file iv 2"),
            ("ΟΔΥΣΣΕΥΣ Ὀδυσσεύς", "οδυσσευσ οδυσσευσ"),
            ("Ёлка Йод", "елка иод"),
            ("مُحَمَّد محـــمد", "محمد محمد"),
            ("שָׁלוֹם", "שלום"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("Zell\u{ad}ulose", "zellulose"),
            ("한국어", "한국어".nfd().collect::<String>().as_str()),
            ("ＦＵＬＬ", "full"),
        ] {
            assert_eq!(fold_search(written), fold_search(typed), "{written}");
        }
        assert_eq!(fold_search("Nguyễn Straße"), "nguyen strasse");
    }

    #[test]
    fn words_are_what_stands_between_blanks_and_punctuation() {
        assert_eq!(search_words("Tomás O'Neill-Łukasz, (Zoe\u{308})"), ["tomas", "o", "neill", "lukasz", "zoe"]);
        assert_eq!(search_words(" - "), [""; 0]);
    }

    #[test]
    fn every_character_folds_as_unicode_says() {
        for c in (0..0x3_2000).chain(0xe_0000..0xe_0200).filter_map(char::from_u32) {
            let folded = fold_search(&c.to_string());
            let by_data: String = c.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_combining_mark(*letter)).collect();
            let told_apart = by_data.chars().any(|letter| !plain_letter(letter).is_empty() || says_nothing(letter));
            assert!(told_apart || folded == by_data, "{c:?}: {folded:?}, not {by_data:?}");
            assert_eq!(fold_search(&folded), folded, "{c:?} folds twice");
        }
    }
}
