//! What was measured, as a table of ratios.

use std::io::Write;

/// What the parts return; whatever stops one stops the run, with its words.
pub type BenchResult<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// One line of the table.
pub struct ReportRow {
    /// What was measured, with its size.
    pub what: &'static str,
    /// The figure, with its unit.
    pub measured: String,
    /// What it is compared to, with its own figure.
    pub against: String,
    /// The measured figure by the other one.
    pub ratio: MeasuredRatio,
    /// What the ratio should be; empty when there is no aim.
    pub aim: &'static str,
}

/// One figure by another, taken round by round: what the machine does meanwhile changes from one second to the next, for both alike.
pub struct MeasuredRatio {
    pub median: f64,
    /// The smallest and the largest round. Far apart, they say that the machine was not quiet, and that the median says little.
    pub range: Option<(f64, f64)>,
}

impl MeasuredRatio {
    /// Of figures measured in turn.
    pub fn of_rounds(measured: &[f64], against: &[f64]) -> Self {
        let ratios: Vec<f64> = measured.iter().zip(against).map(|(one, other)| one / other).collect();
        Self { median: median(&ratios), range: Some((percentile(&ratios, 0.0), percentile(&ratios, 1.0))) }
    }

    /// Of figures measured once.
    pub fn once(measured: f64, against: f64) -> Self {
        Self { median: measured / against, range: None }
    }
}

/// Prints a line at once; a reader that went away is not an error.
pub fn note(text: impl std::fmt::Display) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "   {text}").and_then(|()| out.flush());
}

/// Announces a part.
pub fn begin(part: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "\n── {part}").and_then(|()| out.flush());
}

/// Prints the table.
pub fn print(rows: &[ReportRow]) {
    let mut lines = vec![["what", "measured", "against", "ratio", "rounds", "aim"].map(str::to_owned)];
    for ReportRow { what, measured, against, ratio, aim } in rows {
        let range = ratio.range.map(|(least, most)| format!("{least:.2} to {most:.2}")).unwrap_or_default();
        lines.push([(*what).to_owned(), measured.clone(), against.clone(), format!("{:.2}", ratio.median), range, (*aim).to_owned()]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut out = std::io::stdout();
    let _ = writeln!(out);
    for (place, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        if place == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            let _ = writeln!(out, "| {} |", rule.join(" | "));
        }
    }
}

/// The value below which this share of the values lies; 0 of none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_compared_with_their_own() {
        let ratio = MeasuredRatio::of_rounds(&[10.0, 100.0, 20.0], &[100.0, 1000.0, 100.0]);
        assert_eq!((ratio.median, ratio.range), (0.1, Some((0.1, 0.2))));
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0, 100.0], 0.99), 100.0);
        assert_eq!(median(&[]), 0.0);
    }
}
