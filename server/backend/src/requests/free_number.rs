//! Finds the first free of numbers that are used one after the other, by asking about a few at a time: however many are used, a few
//! questions do.

/// Numbers asked about at once.
const WIDTH: u64 = 16;

/// The search: every number below those that are asked about is used.
pub(super) struct FreeNumber {
    asked: Vec<u64>,
}

impl FreeNumber {
    /// Begins at zero, among the first few: most people have no more.
    pub(super) fn new() -> Self {
        Self { asked: (0..WIDTH).collect() }
    }

    /// What is asked about now, ascending.
    pub(super) fn asked(&self) -> &[u64] {
        &self.asked
    }

    /// Takes in which of them is the first that is free: the number that was searched for, or else there is more to ask.
    pub(super) fn hear(&mut self, first_free: Option<usize>) -> Option<u64> {
        let used = |place: usize| self.asked.get(place).map_or(0, |number| number + 1);
        let (from, to) = match first_free {
            Some(0) => return self.asked.first().copied(),
            Some(place) => (used(place - 1), *self.asked.get(place)?),
            // Farther on, in steps that grow.
            None => {
                let from = used(self.asked.len().saturating_sub(1));
                self.asked = (0..WIDTH).map(|step| from + ((1 << step) - 1) * WIDTH).collect();
                return None;
            }
        };
        if from == to {
            return Some(to);
        }
        self.asked = match to - from {
            near if near < WIDTH => (from..=to).collect(),
            far => (0..WIDTH).map(|step| from + step * far / (WIDTH - 1)).collect(),
        };
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first free number where so many are used, and how often was asked.
    fn search(used: u64) -> (u64, u32) {
        let (mut search, mut questions) = (FreeNumber::new(), 0);
        loop {
            questions += 1;
            let first_free = search.asked().iter().position(|number| *number >= used);
            if let Some(found) = search.hear(first_free) {
                return (found, questions);
            }
        }
    }

    #[test]
    fn the_first_free_number_is_found_with_few_questions() {
        for used in (0..2_000).chain([65_535, 100_000, 1_000_000, 5_000_000_000]) {
            assert_eq!(search(used).0, used);
        }
        assert_eq!([0, 15, 16, 17].map(|used| search(used).1), [1, 1, 2, 3]);
        assert!(search(100_000).1 <= 6, "{}", search(100_000).1);
    }
}
