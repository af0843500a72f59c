//! Several filters that match as one, however many they are.
use crate::filter::Filter;
use hashbrown::HashMap;
use std::sync::Arc;

/// A set of filters: a subject is meant when one of them means it. Without any it means everything.
///
/// Every subject that a filter matches begins with the filter's literal start, so a long list is asked by these starts: a look-up for
/// each length that one of them has, not a comparison for each filter.
#[derive(Debug, Clone)]
pub struct Filters {
    /// empty: everything
    list: Box<[Filter]>,
    starts: Option<Box<Starts>>,
}

/// Ordinals in the list by literal start.
#[derive(Debug, Clone)]
struct Starts {
    /// rising
    lens: Vec<usize>,
    by_start: HashMap<Box<[u8]>, Vec<u32>>,
}

/// A list this short is gone through.
const SHORT: usize = 8;

impl Filters {
    /// A set of these.
    pub fn new(filters: impl IntoIterator<Item = Filter>) -> Self {
        let list: Box<[Filter]> = filters.into_iter().collect();
        if list.iter().any(Filter::is_all) {
            return Self::all();
        }
        let starts = (list.len() > SHORT).then(|| Starts::new(&list).into());
        Self { list, starts }
    }

    /// Everything.
    pub fn all() -> Self {
        Self {
            list: Box::default(),
            starts: None,
        }
    }

    /// Whether it means every subject.
    pub fn is_all(&self) -> bool {
        self.list.is_empty()
    }

    /// The filters; none: everything.
    pub fn iter(&self) -> impl Iterator<Item = &Filter> {
        self.list.iter()
    }

    /// Whether `subject` is one of those meant.
    pub fn matches(&self, subject: &[u8]) -> bool {
        match &self.starts {
            Some(starts) => starts.matches(&self.list, subject),
            None => self.is_all() || self.list.iter().any(|filter| filter.matches(subject)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether each means one subject.
    pub(crate) fn are_literal(&self) -> bool {
        let mut list = self.list.iter();
        !self.is_all() && list.all(|filter| filter.as_literal().is_some())
    }

    /// The one subject that is meant, if it is one.
    pub(crate) fn as_literal(&self) -> Option<&[u8]> {
        match &*self.list {
            [filter] => filter.as_literal(),
            _ => None,
        }
    }
}

impl Starts {
    fn new(list: &[Filter]) -> Self {
        let mut by_start: HashMap<Box<[u8]>, Vec<u32>> = HashMap::new();
        for (ordinal, filter) in (0..).zip(list) {
            let start = by_start.entry(filter.prefix().into());
            start.or_default().push(ordinal);
        }
        let mut lens: Vec<usize> = by_start.keys().map(|start| start.len()).collect();
        lens.sort_unstable();
        lens.dedup();
        Self { lens, by_start }
    }

    fn matches(&self, list: &[Filter], subject: &[u8]) -> bool {
        let fitting = self.lens.iter().take_while(|&&len| len <= subject.len());
        let mut candidates = fitting.filter_map(|&len| self.by_start.get(&subject[..len]));
        candidates.any(|ordinals| ordinals.iter().any(|&k| list[k as usize].matches(subject)))
    }
}

impl From<Filter> for Filters {
    fn from(filter: Filter) -> Self {
        Self::new([filter])
    }
}

impl From<Filter> for Arc<Filters> {
    fn from(filter: Filter) -> Self {
        Self::new(filter.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_mean_what_each_of_them_means() {
        let tokens = ["a", "b", "*"];
        let mut texts: Vec<String> = Vec::new();
        for x in tokens {
            for y in tokens {
                texts.extend([
                    format!("{x}.{y}"),
                    format!("{x}.{y}.>"),
                    format!("c.{x}.{y}"),
                ]);
            }
        }
        for step in 1..texts.len() {
            let list: Vec<Filter> = texts.iter().step_by(step).map(Filter::new).collect();
            let set = Filters::new(list.iter().cloned());
            for subject in [
                "a", "a.b", "a.c", "c.a.b", "b.b.b", "c.c", "c.b.a.a", "", "a.",
            ] {
                let want = list.iter().any(|filter| filter.matches(subject.as_bytes()));
                assert_eq!(
                    set.matches(subject.as_bytes()),
                    want,
                    "{subject} in {list:?}"
                );
            }
        }
    }

    #[test]
    fn none_and_everything_are_the_same() {
        assert!(Filters::new([]).is_all() && Filters::new([]).matches(b"x"));
        assert!(Filters::new([Filter::new("a"), Filter::new(">")]).is_all());
        assert!(!Filters::from(Filter::new("*.>")).is_all());
    }
}
