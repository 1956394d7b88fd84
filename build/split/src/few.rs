//! Chooses which pieces share a file. A page that asks for two hundred small files waits longer than one that loads a little it does not
//! need: files are joined, always the two whose joining spares pages the most, as long as it spares them anything.

use std::collections::{BTreeMap, BTreeSet};

/// Bytes, before they are made small, that take a page as long as one more file.
const FILE: usize = 130_000;

/// A file to be made: of these pieces, for these groups of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    pub name: String,
    pub groups: BTreeSet<String>,
    pub pieces: Vec<String>,
    size: usize,
}

impl PlannedFile {
    /// What it spares pages, all together, when these two are one, in bytes: those that want both ask once less, the others load in vain
    /// what they do not want.
    fn spared(&self, other: &Self) -> Option<usize> {
        let asked = FILE * self.groups.intersection(&other.groups).count();
        let vain = self.size * other.groups.difference(&self.groups).count() + other.size * self.groups.difference(&other.groups).count();
        asked.checked_sub(vain).filter(|spared| *spared > 0)
    }

    fn join(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.pieces.extend(other.pieces);
        self.size += other.size;
    }
}

/// The files: `wanted` says which pieces a group of pages loads, `pieces` what they are.
pub fn choose(wanted: &BTreeMap<String, Vec<String>>, pieces: &BTreeMap<&str, Vec<u8>>) -> Vec<PlannedFile> {
    let mut by_groups: BTreeMap<BTreeSet<String>, PlannedFile> = BTreeMap::new();
    for (piece, bytes) in pieces {
        let groups: BTreeSet<String> =
            wanted.iter().filter(|(_, files)| files.iter().any(|file| file == piece)).map(|(group, _)| group.clone()).collect();
        let file =
            by_groups.entry(groups.clone()).or_insert_with(|| PlannedFile { name: String::new(), groups, pieces: Vec::new(), size: 0 });
        file.pieces.push((*piece).to_owned());
        file.size += bytes.len();
    }
    let mut files: Vec<PlannedFile> = by_groups.into_values().collect();
    while let Some((_, a, b)) = best(&files) {
        let joined = files.remove(b);
        files[a].join(joined);
    }
    files.sort_by(|a, b| (a.groups.len(), &a.groups).cmp(&(b.groups.len(), &b.groups)));
    let mut shared = 0;
    for file in &mut files {
        file.name = match file.groups.first() {
            Some(group) if file.groups.len() == 1 => format!("split_{group}"),
            _ => {
                shared += 1;
                format!("shared_{shared}")
            }
        };
    }
    files
}

/// The two files, the first before the second, that had best be one.
fn best(files: &[PlannedFile]) -> Option<(usize, usize, usize)> {
    let pairs = (0..files.len()).flat_map(|a| (a + 1..files.len()).map(move |b| (a, b)));
    pairs.filter_map(|(a, b)| Some((files[a].spared(&files[b])?, a, b))).max_by_key(|(spared, ..)| *spared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(groups: usize, pieces: &[(&str, &[usize], usize)]) -> Vec<PlannedFile> {
        let named = |group: usize| format!("group_{group:02}");
        let loads = |group: usize| pieces.iter().filter(|piece| piece.1.contains(&group)).map(|piece| piece.0.to_owned()).collect();
        let wanted = (0..groups).map(|group| (named(group), loads(group))).collect();
        choose(&wanted, &pieces.iter().map(|(name, _, size)| (*name, vec![0; *size])).collect())
    }

    #[test]
    fn what_the_same_pages_want_is_one_file() {
        let files = chosen(2, &[("chunk_1", &[0, 1], 10), ("chunk_2", &[0, 1], 20), ("own", &[0], 2 * FILE)]);
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["split_group_00", "shared_1"]);
        assert_eq!(files[1].pieces, ["chunk_1", "chunk_2"]);
    }

    #[test]
    fn there_are_few_files_and_every_page_still_loads_all_it_wants() {
        let names: Vec<String> = (0..60).map(|at| format!("chunk_{at}")).collect();
        let sets: Vec<Vec<usize>> = (0..60).map(|at: usize| (0..6).filter(|bit| (at + 1) >> bit & 1 == 1).collect()).collect();
        let pieces: Vec<(&str, &[usize], usize)> = (0..60).map(|at| (names[at].as_str(), sets[at].as_slice(), 1000 + at % 7)).collect();
        let files = chosen(6, &pieces);
        assert!(files.len() <= 8, "{}", files.len());
        for (name, groups, _) in &pieces {
            let file = files.iter().find(|file| file.pieces.iter().any(|piece| piece == name)).unwrap();
            assert!(groups.iter().all(|group| file.groups.contains(&format!("group_{group:02}"))), "{name}");
        }
        assert_eq!(files.iter().map(|file| file.pieces.len()).sum::<usize>(), 60, "each piece in one file");
    }

    #[test]
    fn a_large_piece_is_not_loaded_by_those_who_do_not_want_it() {
        let files = chosen(3, &[("own", &[0], 2 * FILE), ("both", &[0, 1], 2 * FILE), ("small", &[0, 1, 2], 10), ("other", &[2], 10)]);
        let of = |piece: &str| files.iter().find(|file| file.pieces.iter().any(|other| other == piece)).unwrap();
        assert_eq!(of("own").groups.len(), 1);
        assert_eq!(of("both").groups.len(), 2);
        assert!(of("small").pieces.contains(&"other".to_owned()), "the two small ones share a file: {files:?}");
    }

    #[test]
    fn files_that_no_page_wants_both_of_stay_apart() {
        assert_eq!(chosen(2, &[("one", &[0], 1), ("other", &[1], 1)]).len(), 2);
    }
}
