//! Digits of any script: whoever writes Arabic, Devanagari or full-width digits means the same numbers.

/// The zeros of the scripts in use; the nine other digits follow each.
const ZEROS: [u32; 22] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810,
    0x1946, 0xa9d0, 0xff10,
];

/// What a decimal digit counts, of whatever script.
pub fn digit_value(c: char) -> Option<u8> {
    let zero = ZEROS.iter().rev().find(|zero| **zero <= u32::from(c))?;
    u8::try_from(u32::from(c) - zero).ok().filter(|value| *value < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_count_the_same_in_every_script() {
        for (text, value) in
            [("1234567890", "1234567890"), ("١٢٣٤٥٦٧٨٩٠", "1234567890"), ("۱۲۳", "123"), ("१२३", "123"), ("１２３", "123"), ("๑๒๓", "123")]
        {
            let read: String = text.chars().filter_map(digit_value).map(|digit| char::from(b'0' + digit)).collect();
            assert_eq!(read, value);
        }
        for c in ['a', '/', ':', '½', '²', '௰', '٪', '／', '：'] {
            assert_eq!(digit_value(c), None, "{c}");
        }
    }

    #[test]
    fn every_digit_found_is_a_number_in_unicode() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| digit_value(*c).is_some()) {
            assert!(c.is_numeric(), "{c:?}");
        }
        assert!(ZEROS.is_sorted());
    }
}
