//! What a rendering may use: every step and every byte that is read or made is paid before it is.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Steps and bytes of one rendering, at most. A template that lists every answer of a long form uses a tenth of it.
const WORK: u64 = 2_000_000;
/// No rendering takes longer, however slow the machine is.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two looks at the clock.
const LOOK: u64 = 20_000;

/// Why a template cannot be read or rendered: what is wrong, and in which line.
#[derive(Debug)]
pub(super) struct TemplateError {
    pub line: Option<u32>,
    pub what: String,
}

impl TemplateError {
    /// With a line that is found out later.
    pub fn new(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }

    /// In this line, unless it is known to be in another.
    pub fn at(self, line: u32) -> Self {
        Self { line: self.line.or(Some(line)), ..self }
    }
}

/// What is left to use.
pub(super) struct RenderBudget {
    left: Cell<u64>,
    until_look: Cell<u64>,
    until: Instant,
}

impl RenderBudget {
    /// A whole one.
    pub fn new() -> Self {
        Self { left: Cell::new(WORK), until_look: Cell::new(LOOK), until: Instant::now() + PATIENCE }
    }

    /// Pays for steps or bytes that come next.
    pub fn spend(&self, amount: usize) -> Result<(), TemplateError> {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(amount).ok_or_else(too_much)?;
        self.left.set(left);
        match self.until_look.get().checked_sub(amount) {
            Some(until_look) => self.until_look.set(until_look),
            None if Instant::now() > self.until => return Err(too_much()),
            None => self.until_look.set(LOOK),
        }
        Ok(())
    }
}

fn too_much() -> TemplateError {
    TemplateError::new("it takes too much work. Repeat less, or list fewer answers")
}
