//! Numbers as people write them: `12,50`, `1 000`, `1'000.50`, `−5`, `１２`, `١٢`. Docket knows nobody's locale, so that only what can be
//! meant in one way is read; what can be meant in two is asked.

use super::number::{DecimalNumber, LONGEST};
use crate::text::{digit_value, tidy_code};

/// What a written number can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberReading {
    /// One number, in digits with at most one point.
    Sure(String),
    /// `1,000`: in thousands for some, with decimal places for others. Both in a writing that is sure.
    Unsure { grouped: String, pointed: String },
    /// No number.
    Nothing,
}

/// A sign between digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Point,
    Comma,
    /// A decimal sign and nothing else.
    Decimal,
    /// A sign between groups and nothing else; a blank is another one than an apostrophe.
    Group(char),
}

fn mark(c: char) -> Option<Mark> {
    Some(match c {
        '.' | '．' => Mark::Point,
        ',' | '，' => Mark::Comma,
        '٫' => Mark::Decimal,
        '٬' => Mark::Group('٬'),
        '\'' | '’' | 'ʼ' | '＇' => Mark::Group('\''),
        ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' => Mark::Group(' '),
        _ => return None,
    })
}

/// Reads a number. Where `points` says so, a point is always the decimal sign: the field's author asks for three places or more.
pub fn read_number(text: &str, points: bool) -> NumberReading {
    read(&tidy_code(text), points).filter(|reading| reading.is_short()).unwrap_or(NumberReading::Nothing)
}

impl NumberReading {
    fn is_short(&self) -> bool {
        match self {
            Self::Sure(number) => DecimalNumber::parse(number).is_some(),
            Self::Unsure { grouped, pointed } => grouped.len().max(pointed.len()) <= LONGEST,
            Self::Nothing => true,
        }
    }
}

fn read(text: &str, points: bool) -> Option<NumberReading> {
    let minus = ['-', '\u{2212}', '\u{2010}', '\u{2011}', '\u{2013}', '\u{fe63}', '\u{ff0d}'];
    let (sign, body) = match text.strip_prefix(minus) {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text.strip_prefix(['+', '＋']).unwrap_or(text)),
    };
    let (mut runs, mut marks) = (vec![String::new()], Vec::new());
    for c in body.chars() {
        match digit_value(c) {
            Some(value) => runs.last_mut()?.push(char::from(b'0' + value)),
            None => {
                marks.push(mark(c)?);
                runs.push(String::new());
            }
        }
    }
    let sure = |whole: &str, fraction: &str| {
        let (whole, point) = (if whole.is_empty() { "0" } else { whole }, if fraction.is_empty() { "" } else { "." });
        Some(NumberReading::Sure(format!("{sign}{whole}{point}{fraction}")))
    };
    let Some((last, before)) = marks.split_last() else { return runs.first().filter(|run| !run.is_empty()).and_then(|run| sure(run, "")) };
    let one_kind = before.iter().all(|mark| before.first() == Some(mark));
    let separates = match last {
        Mark::Point | Mark::Comma => before.first() != Some(last),
        Mark::Decimal => true,
        Mark::Group(_) => false,
    };
    if !one_kind || (!separates && before.iter().any(|mark| mark != last)) || before.contains(&Mark::Decimal) {
        return None;
    }
    if !separates {
        return are_groups(&runs).then(|| sure(&runs.concat(), ""))?;
    }
    let (fraction, whole) = runs.split_last()?;
    if fraction.is_empty() || (whole.len() > 1 && !are_groups(whole)) {
        return None;
    }
    // Three digits after one sign can be thousands.
    let whole = whole.concat();
    let thousands = before.is_empty() && fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    match last {
        Mark::Decimal if thousands => sure(&whole, &format!("{fraction}0")),
        Mark::Point if points => sure(&whole, fraction),
        Mark::Point | Mark::Comma if thousands => Some(NumberReading::Unsure {
            grouped: format!("{sign}{whole}{fraction}"),
            pointed: match fraction.trim_end_matches('0') {
                "" => format!("{sign}{whole}"),
                short if short.len() < 3 => format!("{sign}{whole}.{short}"),
                long => format!("{sign}{whole}.{long}0"),
            },
        }),
        _ => sure(&whole, fraction),
    }
}

/// Whether these digits are grouped: by three, or as in India, the last three and then pairs.
fn are_groups(runs: &[String]) -> bool {
    let [first, middle @ .., last] = runs else { return false };
    let pairs = !middle.is_empty() && middle.iter().all(|run| run.len() == 2) && first.len() <= 2;
    let threes = middle.iter().all(|run| run.len() == 3) && first.len() <= 3;
    last.len() == 3 && !first.is_empty() && !first.starts_with('0') && (threes || pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_can_mean_one_number_is_read() {
        for (written, number) in [
            ("12,50", "12.50"),
            ("12.50", "12.50"),
            ("１２．５", "12.5"),
            ("１２，５０", "12.50"),
            ("١٢٫٥", "12.5"),
            ("١٬٠٠٠", "1000"),
            ("۱۲۳", "123"),
            ("१२३", "123"),
            ("\u{2212}5", "-5"),
            ("–5,5", "-5.5"),
            ("－５", "-5"),
            ("- 5", "-5"),
            ("+5", "5"),
            ("1 000", "1000"),
            ("1\u{a0}000", "1000"),
            ("1\u{202f}000\u{202f}000,5", "1000000.5"),
            ("1'000", "1000"),
            ("1’000’000.25", "1000000.25"),
            ("1,000,000", "1000000"),
            ("1.000.000", "1000000"),
            ("12,34,567", "1234567"),
            ("12,34,567.89", "1234567.89"),
            ("1,000.50", "1000.50"),
            ("1.000,50", "1000.50"),
            ("1.000,500", "1000.500"),
            ("0,500", "0.500"),
            ("0.125", "0.125"),
            (",5", "0.5"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("1000,500", "1000.500"),
            ("1,2340", "1.2340"),
            ("1٫234", "1.2340"),
            ("0044", "0044"),
            ("\u{200b}12\u{200b}", "12"),
            ("\u{202d}1 234\u{202c}", "1234"),
            ("9007199254740993", "9007199254740993"),
        ] {
            assert_eq!(read_number(written, false), NumberReading::Sure(number.into()), "{written:?}");
            assert_eq!(read_number(number, false), NumberReading::Sure(number.into()), "{written:?} twice");
        }
        assert_eq!(read_number("1.234", true), NumberReading::Sure("1.234".into()));
    }

    #[test]
    fn what_can_mean_two_is_asked_with_both_in_a_sure_writing() {
        for (written, grouped, pointed) in [
            ("1,000", "1000", "1"),
            ("1.000", "1000", "1"),
            ("１，０００", "1000", "1"),
            ("-12,500", "-12500", "-12.5"),
            ("1.234", "1234", "1.2340"),
            ("999,990", "999990", "999.99"),
        ] {
            assert_eq!(
                read_number(written, false),
                NumberReading::Unsure { grouped: grouped.into(), pointed: pointed.into() },
                "{written}"
            );
            for sure in [grouped, pointed] {
                assert_eq!(read_number(sure, false), NumberReading::Sure(sure.into()), "{written}");
            }
        }
        assert!(matches!(read_number("1,234", true), NumberReading::Unsure { .. }));
    }

    #[test]
    fn everything_else_is_no_number() {
        for text in [
            "",
            "-",
            ".",
            ",",
            "1.",
            "1,",
            "1e3",
            "0x1",
            "--1",
            "NaN",
            "∞",
            "12 50",
            "1 00",
            "1,00,00",
            "1 000 00",
            "1'000 000",
            "1.000 5,5",
            "1,0.0,0",
            "5-",
            "(5)",
            "5 €",
            "½",
            "²",
            "1,,000",
            "1٫5٫5",
            "0 123",
            "abc",
            &"9".repeat(41),
            &"9".repeat(10_000),
            "1 000,000.5,5",
        ] {
            assert_eq!(read_number(text, false), NumberReading::Nothing, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_was_read_reads_as_itself(text in "[-+0-9., '٫٬１−x]{0,14}", points: bool) {
            if let NumberReading::Sure(number) = read_number(&text, points) {
                prop_assert!(DecimalNumber::parse(&number).is_some());
                prop_assert_eq!(read_number(&number, points), NumberReading::Sure(number.clone()));
            }
        }

        #[test]
        fn every_number_can_be_written_with_groups(whole in 1_000u64..10_000_000_000, comma: bool) {
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    grouped.push(if comma { '\u{202f}' } else { '’' });
                }
                grouped.push(digit);
            }
            prop_assert_eq!(read_number(&grouped, false), NumberReading::Sure(digits.clone()));
            prop_assert_eq!(read_number(&format!("{grouped},25"), false), NumberReading::Sure(format!("{digits}.25")));
        }
    }
}
