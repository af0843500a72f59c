//! Which subjects of a sealed segment a filter means: runs of a sorted table.
//!
//! Subjects that begin alike stand side by side. So the literal start of a filter is a range of the table. If nothing but wildcards follows and
//! all subjects of the segment have as many dots as these ask for, that range is the answer. Elsewhere a `*` goes through the range by
//! what its token may be: subjects with the same token are a range of their own, whose end is found by leaps, and within it the rest of the
//! filter is asked. A token that many subjects share is therefore looked at once for all of them, and one that each has for itself costs as
//! much as a look at each.
use super::{
    Footer,
    footer::{leap, partition},
};
use crate::{
    filter::{Filter, literal_start},
    steps,
};
use std::ops::Range;

/// Below so many `*` of a filter, subjects are tested one by one: so no filter exhausts the stack.
const DEPTH_MAX: usize = 32;
/// So few subjects are tested one by one.
const FEW: usize = 4;

/// Ordinals, rising; two neighbours have something between them.
#[derive(Default)]
struct Runs(Vec<Range<u32>>);

impl Runs {
    fn add(&mut self, run: Range<u32>) {
        match self.0.last_mut() {
            _ if run.is_empty() => {}
            Some(last) if last.end == run.start => last.end = run.end,
            _ => self.0.push(run),
        }
    }
}

/// A filter on its way through the table.
struct Descent<'a> {
    footer: &'a Footer,
    filter: &'a Filter,
    runs: Runs,
}

impl Footer {
    /// Ordinals of the subjects that match.
    pub(crate) fn runs(&self, filter: &Filter) -> Vec<Range<u32>> {
        let mut descent = Descent {
            footer: self,
            filter,
            runs: Runs::default(),
        };
        let start = filter.prefix();
        if filter.as_literal().is_some() {
            steps::add(1);
            descent
                .runs
                .add(self.find(start).map_or(0..0, |k| k..k + 1));
            return descent.runs.0;
        }
        let range = self.beginning(start);
        if filter.covers(start, self.dots()) {
            steps::add(1);
            descent.runs.add(range);
        } else {
            descent.go_through(range, start.len(), filter.tail(), 0);
        }
        descent.runs.0
    }
}

impl Descent<'_> {
    /// Subjects that are alike in their first `at` bytes, behind which `tail` is asked of them; it begins with a wildcard.
    fn go_through(&mut self, range: Range<u32>, at: usize, tail: &[u8], depth: usize) {
        if tail == b">" {
            return self.runs.add(range);
        }
        if range.len() <= FEW || depth > DEPTH_MAX {
            return self.test_each(range);
        }
        // Behind a `*` is nothing, or a dot and more.
        let rest = tail.get(2..);
        let mut k = range.start;
        while k < range.end {
            steps::add(1);
            let name = self.footer.name(k);
            let Some(dot) = name[at..].iter().position(|&byte| byte == b'.') else {
                if rest.is_none() {
                    self.runs.add(k..k + 1);
                }
                k += 1;
                continue;
            };
            let group = &name[..at + dot + 1];
            let is_alike = |k| self.footer.name(k).starts_with(group);
            let end = leap(k + 1..range.end, is_alike);
            if let Some(rest) = rest {
                self.narrow(k..end, group.len(), rest, depth + 1);
            }
            k = end;
        }
    }

    /// The same for a tail that may begin with something else.
    fn narrow(&mut self, range: Range<u32>, at: usize, tail: &[u8], depth: usize) {
        if range.len() <= FEW {
            return self.test_each(range);
        }
        let (footer, (start, tail)) = (self.footer, tail.split_at(literal_start(tail)));
        let begin = partition(range.clone(), |k| footer.name(k)[at..] < *start);
        if tail.is_empty() {
            let is_there = begin < range.end && footer.name(begin)[at..] == *start;
            return self.runs.add(begin..begin + u32::from(is_there));
        }
        let is_alike = |k| footer.name(k)[at..].starts_with(start);
        let end = leap(begin..range.end, is_alike);
        self.go_through(begin..end, at + start.len(), tail, depth);
    }

    fn test_each(&mut self, range: Range<u32>) {
        steps::add(range.len() as u64);
        for k in range {
            if self.filter.matches(self.footer.name(k)) {
                self.runs.add(k..k + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{HeapIndex, Place};
    use super::*;

    /// A segment with a message for each subject.
    fn footer_of<'a>(subjects: impl IntoIterator<Item = &'a str>) -> Footer {
        let mut index = HeapIndex::new(1);
        for (seq, subject) in (1..).zip(subjects) {
            let place = Place { offset: 32, len: 9 };
            index.push(seq, place, subject.as_bytes(), 0);
        }
        Footer::parse(Footer::encode(&index, 3).into(), 3).unwrap()
    }

    fn check(footer: &Footer, filter: &str) {
        let filter = Filter::new(filter);
        let all = 0..footer.subject_count();
        let want: Vec<u32> = all.filter(|&k| filter.matches(footer.name(k))).collect();
        let found: Vec<u32> = footer.matching(&filter).collect();
        assert_eq!(found, want, "{filter:?}");
        let is_apart = |pair: &[Range<u32>]| pair[0].end < pair[1].start;
        assert!(footer.runs(&filter).windows(2).all(is_apart), "{filter:?}");
    }

    #[test]
    fn runs_are_what_a_test_of_each_subject_finds() {
        let tokens = ["", "a", "b", "ab", "*", ">", "a!", "~"];
        let mut subjects: Vec<String> = tokens.map(str::to_owned).to_vec();
        let mut filters: Vec<String> = tokens.map(str::to_owned).to_vec();
        for list in [&mut subjects, &mut filters] {
            for _ in 0..3 {
                let longer = list
                    .iter()
                    .flat_map(|it| tokens.map(|token| format!("{it}.{token}")));
                list.extend(longer.step_by(3).collect::<Vec<_>>());
                list.sort_unstable();
                list.dedup();
            }
        }
        let footer = footer_of(subjects.iter().map(String::as_str));
        assert!(subjects.len() > 300 && filters.len() > 300);
        filters.iter().for_each(|filter| check(&footer, filter));
        let four = footer_of(
            subjects
                .iter()
                .map(String::as_str)
                .filter(|subject| subject.starts_with("a.") && subject.matches('.').count() == 3),
        );
        filters.iter().for_each(|filter| check(&four, filter));
    }

    #[test]
    fn a_token_that_many_share_is_looked_at_once() {
        let subjects: Vec<String> = (0..6000)
            .map(|k| format!("w.{}.{}.{k}{}", k % 10, k / 10 % 30, [".x", ""][k % 2]))
            .collect();
        let footer = footer_of(subjects.iter().map(String::as_str));
        steps::take();
        for (filter, most) in [("w.*.7.>", 20), ("*.3.*.>", 40), ("w.*.7.*.x", 400)] {
            check(&footer, filter);
            steps::take();
            footer.runs(&Filter::new(filter));
            let steps = steps::take();
            assert!(steps <= most, "{steps} steps for {filter}");
        }
    }

    #[test]
    fn a_filter_of_many_wildcards_has_an_end() {
        let subject = vec!["a"; 20_000].join(".");
        let others = (0..9).map(|k| format!("{subject}.{k}"));
        let mut subjects: Vec<String> = others.collect();
        subjects.push(subject);
        let footer = footer_of(subjects.iter().map(String::as_str));
        for last in ["*", "3", ">"] {
            check(&footer, &format!("{}{last}", "*.".repeat(20_000)));
        }
    }

    #[test]
    fn a_leap_ends_where_a_look_at_each_does() {
        for end in 0..70 {
            for first in 0..=end {
                assert_eq!(leap(0..end, |k| k < first), first, "of {end}");
            }
        }
    }
}
