//! Files as editors save them: from bytes to the text of a definition file, or a sentence that says what to do.

/// The text of a file. A mark of the byte order, which some editors put before UTF-8, is not a part of it.
///
/// # Errors
/// What is wrong and what to do, to follow the file's name.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    if is_utf16(bytes) {
        return Err("The file is saved as UTF-16. Save it as UTF-8 (in the editor: “Save as”, encoding UTF-8)".to_owned());
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let line = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    match std::str::from_utf8(bytes) {
        Err(error) => Err(format!("Line {} has letters that are not UTF-8. Save the file as UTF-8", line(error.valid_up_to()))),
        Ok(text) => match text.find('\0') {
            Some(at) => Err(format!("Line {} has a NUL character: this does not look like a text. Remove it, or the file", line(at))),
            None => Ok(text.to_owned()),
        },
    }
}

/// Whether it is UTF-16 in either order (or UTF-32), with a mark or without: a definition file begins with a letter, dash or sign of
/// ASCII, which is a zero byte and another one there.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [a, b, c, d, ..] => matches!((*a == 0, *b == 0, *c == 0, *d == 0), (true, false, true, false) | (false, true, false, true)),
        _ => false,
    }
}

/// Whether a name is one of a file that editors and systems leave behind: no definition, and no mistake.
pub(super) fn is_left_behind(name: &str) -> bool {
    let ends = ["~", ".swp", ".swo", ".bak", ".orig", ".rej", ".tmp"];
    name.starts_with('.')
        || name.starts_with("~$")
        || (name.starts_with('#') && name.ends_with('#'))
        || ends.iter().any(|end| name.ends_with(end))
        || ["Thumbs.db", "desktop.ini", "Icon\r"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn utf8_is_read_with_and_without_a_mark() {
        let plain = "key: north\r\nname: Zürich\r\n";
        assert_eq!(text(plain.as_bytes()).unwrap(), plain);
        assert_eq!(text(format!("\u{feff}{plain}").as_bytes()).unwrap(), plain);
        assert_eq!(text(b"").unwrap(), "");
        assert_eq!(text("\u{feff}".as_bytes()).unwrap(), "");
    }

    #[test]
    fn utf16_is_refused_in_either_order_with_and_without_a_mark() {
        for (big, mark) in [(true, true), (true, false), (false, true), (false, false)] {
            let message = text(&utf16("key: north\n", big, mark)).unwrap_err();
            assert!(message.contains("UTF-16") && message.contains("Save it as UTF-8"), "{message}");
        }
    }

    #[test]
    fn other_bytes_are_refused_with_their_line() {
        assert!(text(b"key: a\nname: Z\xfcrich\n").unwrap_err().starts_with("Line 2 has letters that are not UTF-8"));
        assert!(text(b"key: a\nname: b\0\n").unwrap_err().starts_with("Line 2 has a NUL"));
    }

    #[test]
    fn what_editors_leave_is_known() {
        for name in ["vpn.yaml~", ".vpn.yaml.swp", "#vpn.yaml#", ".DS_Store", "vpn.yaml.bak", "Thumbs.db", "~$vpn.yaml"] {
            assert!(is_left_behind(name), "{name}");
        }
        for name in ["vpn.yaml", "vpn.yml", "README.md"] {
            assert!(!is_left_behind(name), "{name}");
        }
    }
}
