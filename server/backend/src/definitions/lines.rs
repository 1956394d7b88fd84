//! Where in a file something is written: the line of each path.
//!
//! Made of the parser's events, node by node, without the values: a file that means a thousand times what it says (an anchor referred to
//! again and again) costs no more than it is long.

use domain::lint::{PathStep, ValuePath};
use saphyr_parser::{Event, Parser};
use std::collections::{BTreeMap, HashMap};

/// The lines of a file by path.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    /// The first is the file's value itself.
    nodes: Vec<Node>,
    /// Which node a step leads to.
    below: BTreeMap<(usize, PathStep), usize>,
}

#[derive(Debug)]
struct Node {
    /// Where its entry or its item begins, from 1.
    line: usize,
    /// The node whose insides it has: itself, or the anchor that it refers to.
    inside: usize,
}

/// A list or a mapping that is being read.
struct OpenNode {
    /// None inside of a key.
    node: Option<usize>,
    next: Next,
}

enum Next {
    Item(usize),
    Key,
    /// The value of this key, which is written in this line.
    Value(String, usize),
}

impl LineIndex {
    /// Of a file's text. What is not YAML has the lines of its beginning that is.
    pub fn of(text: &str) -> Self {
        let (mut index, mut open, mut anchors) = (Self::default(), Vec::<OpenNode>::new(), HashMap::new());
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let line = span.start.line();
            let (anchor, inner) = match &event {
                Event::Scalar(_, _, anchor, _) => (*anchor, None),
                Event::Alias(anchor) => (*anchor, None),
                Event::SequenceStart(anchor, _) => (*anchor, Some(Next::Item(0))),
                Event::MappingStart(anchor, _) => (*anchor, Some(Next::Key)),
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::DocumentEnd => break,
                _ => continue,
            };
            let word = match &event {
                Event::Scalar(word, ..) => word.as_ref(),
                _ => "",
            };
            let node = index.add(open.last_mut(), word, line);
            match (&event, node) {
                (Event::Alias(_), Some(node)) => index.nodes[node].inside = anchors.get(&anchor).copied().unwrap_or(node),
                (_, Some(node)) if anchor > 0 => {
                    anchors.insert(anchor, node);
                }
                _ => {}
            }
            if let Some(next) = inner {
                open.push(OpenNode { node, next });
            }
        }
        index
    }

    /// The line of what is at a path; of what is around it, when it is not written.
    pub fn line(&self, path: &ValuePath) -> Option<usize> {
        let mut at = 0;
        let mut steps = path.steps().iter();
        while let Some(step) = steps.next() {
            match self.below.get(&(self.nodes.get(at)?.inside, step.clone())) {
                Some(next) => at = *next,
                // A policy of one stage is written without it.
                None if *step == PathStep::Entry("stages".to_owned()) => {
                    steps.next();
                }
                None => break,
            }
        }
        self.nodes.get(at).filter(|_| at > 0 || path.steps().is_empty()).map(|node| node.line)
    }

    /// Takes a node into what is open; None for a key, and for what is inside of one.
    fn add(&mut self, open: Option<&mut OpenNode>, word: &str, line: usize) -> Option<usize> {
        let Some(open) = open else { return Some(self.insert(line)) };
        let (step, line) = match &mut open.next {
            Next::Item(place) => {
                *place += 1;
                (PathStep::Place(*place - 1), line)
            }
            Next::Key => {
                open.next = Next::Value(word.to_owned(), line);
                return None;
            }
            Next::Value(key, line) => {
                let entry = (PathStep::Entry(std::mem::take(key)), *line);
                open.next = Next::Key;
                entry
            }
        };
        let parent = open.node?;
        let node = self.insert(line);
        self.below.insert((parent, step), node);
        Some(node)
    }

    fn insert(&mut self, line: usize) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node { line, inside: node });
        node
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalog::CatalogItem;
    use domain::lint::DefinedKeys;
    use std::time::{Duration, Instant};

    fn path(text: &str) -> ValuePath {
        let steps = text.split('.').filter(|step| !step.is_empty());
        steps.fold(ValuePath::root(), |path, step| step.parse().map_or_else(|_| path.entry(step), |place| path.place(place)))
    }

    #[track_caller]
    fn lines(text: &str, expected: &[(&str, usize)]) {
        let index = LineIndex::of(text);
        for (at, line) in expected {
            assert_eq!(index.line(&path(at)), Some(*line), "{at}");
        }
    }

    #[test]
    fn the_same_word_deputy_rights_many_lines() {
        let text = "key: staff\nname: staff\nrules:\n  - key: staff\n    group: staff\n  - group: staff\n    key: staff\ngroup: staff\n";
        lines(text, &[("key", 1), ("rules.0", 4), ("rules.0.group", 5), ("rules.1", 6), ("rules.1.key", 7), ("group", 8)]);
    }

    #[test]
    fn each_way_to_write_it_is_read() {
        let text = "# about\n\"key\": [a,\n  b, {c: d,\n  e: f}]\n? long\n: - x\n  -\n    y: |\n      key: z\n    key: 'w'\n? {no: name}\n: 5\nlast: 6\n";
        lines(text, &[("key", 2), ("key.1", 3), ("key.2.e", 4), ("long", 5), ("long.1.y", 8), ("long.1.key", 10), ("last", 13)]);
    }

    #[test]
    fn what_is_not_written_is_looked_for_around_it() {
        let text = "key: a\nplan:\n  words: w\napproval:\n  rules:\n    - key: b\n";
        lines(text, &[("plan.qa", 2), ("approval.stages.0.rules.0.key", 6), ("approval.stages.0.deadline.hours", 4)]);
        assert_eq!(LineIndex::of(text).line(&path("gone.key")), None);
        assert_eq!(LineIndex::of("").line(&path("key")), None);
    }

    #[test]
    fn an_alias_has_the_lines_of_its_anchor_inside() {
        let text = "a: &options\n  - value: x\n  - value: y\nb: *options\nc: &c 5\nd: *c\n";
        lines(text, &[("a.1.value", 3), ("b", 4), ("b.1", 3), ("b.1.value", 3), ("d", 6)]);
    }

    #[test]
    fn the_line_is_the_one_of_the_entry_that_the_rules_name() {
        let text = "key: it\nname: it\ndescription: it\nicon: it\ncategory: it\ntags: [it, it]\nprefix: it\nform: it\n";
        let item: CatalogItem = yaml_serde::from_str(text).unwrap();
        let index = LineIndex::of(text);
        let known = DefinedKeys::default();
        let told: Vec<_> = domain::catalog::lint::lint_item(&item, None, &known).iter().map(|problem| index.line(&problem.path)).collect();
        assert_eq!(told, [Some(7), Some(8)], "the prefix and the form");
    }

    #[test]
    fn hostile_files_cost_no_more_than_they_are_long() {
        let started = Instant::now();
        let lol: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
        let lol = format!("a0: &a0 [lol]\n{lol}");
        assert_eq!(LineIndex::of(&lol).line(&path("a39.5.5.0")), Some(38));
        let own = LineIndex::of("a: &a [1, *a]\n").line(&path("a.1.1.1.1.0"));
        assert_eq!(own, Some(1), "an anchor inside of itself");
        for deep in ["[".repeat(2000), "{a: ".repeat(2000), "- ".repeat(200_000), "? ".repeat(200_000)] {
            LineIndex::of(&deep).line(&path("0.0.a"));
        }
        let long = "- a\n".repeat(500_000);
        assert_eq!(LineIndex::of(&long).line(&path("499999")), Some(500_000));
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
}
