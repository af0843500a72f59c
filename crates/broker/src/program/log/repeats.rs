//! Warnings and errors that are said again and again: each is written at once, and then once a minute with how often it was said.
//!
//! A loop that can't go on says so each time it tries: ten times a second for a store that can't be maintained, once per publish for a client
//! that may not. [`Repeats`] knows the texts of the last minute. The count of a text is written with the next one that is like it, with any
//! line after its minute, or when the program ends; so none is lost, and no thread has to watch.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// For so long a text isn't written again.
const PERIOD: Duration = Duration::from_secs(60);
/// So many texts are known. When another one comes, the oldest is forgotten, and may be written again.
const TEXTS_MAX: usize = 256;

/// The texts of the last minute, oldest first.
#[derive(Default)]
pub(super) struct Repeats(VecDeque<Known>);

struct Known {
    level: &'static str,
    text: String,
    since: Instant,
    /// How often it came since it was written.
    count: u64,
}

/// A line to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) level: &'static str,
    pub(super) text: String,
    /// How often it came since it was written before; 0: it is written for the first time.
    pub(super) count: u64,
}

impl Repeats {
    /// Counts a text. `Some`: it is to be written now.
    pub(super) fn admit(
        &mut self,
        level: &'static str,
        text: String,
        now: Instant,
    ) -> Option<Repeat> {
        let at = self.0.iter().position(|known| known.text == text);
        if let Some(known) = at.and_then(|at| self.0.get_mut(at)) {
            known.count += 1;
            if now < known.since + PERIOD {
                return None;
            }
        }
        let before = at.and_then(|at| self.0.remove(at));
        let count = before.map_or(0, |known| known.count);
        self.0.push_back(Known {
            level,
            text: text.clone(),
            since: now,
            count: 0,
        });
        Some(Repeat { level, text, count })
    }

    /// The repeated ones whose minute is over, and those there is no place for. `text` is said now, and stays.
    pub(super) fn take_over(&mut self, text: &str, now: Instant) -> Vec<Repeat> {
        let mut over = Vec::new();
        while let Some(oldest) = self.0.front() {
            let has_place = self.0.len() < TEXTS_MAX;
            if oldest.text == text || has_place && now < oldest.since + PERIOD {
                break;
            }
            over.extend(self.0.pop_front().and_then(Known::repeat));
        }
        over
    }

    /// All that were repeated.
    pub(super) fn take_all(&mut self) -> Vec<Repeat> {
        self.0.drain(..).filter_map(Known::repeat).collect()
    }
}

impl Known {
    /// What is to be written of it, if it was repeated.
    fn repeat(self) -> Option<Repeat> {
        let Self {
            level, text, count, ..
        } = self;
        (count > 0).then_some(Repeat { level, text, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(level: &'static str, text: &str, count: u64) -> Repeat {
        Repeat {
            level,
            text: text.to_owned(),
            count,
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do")]
    fn a_text_is_written_at_once_and_then_once_a_minute_with_its_count() {
        let (mut repeats, start) = (Repeats::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut say = |text: &str, now| repeats.admit("WRN", text.to_owned(), now);
        assert_eq!(say("a", at(0)), Some(written("WRN", "a", 0)));
        assert_eq!(say("a", at(1)), None);
        assert_eq!(say("b", at(2)), Some(written("WRN", "b", 0)));
        assert_eq!(say("a", at(59)), None);
        assert_eq!(say("a", at(60)), Some(written("WRN", "a", 3)));
        assert_eq!(say("a", at(61)), None);
        assert_eq!(say("b", at(62)), Some(written("WRN", "b", 1)));
        // `a` is silent from now on, and whatever is said after its minute brings its count.
        assert_eq!(repeats.take_over("c", at(119)), []);
        assert_eq!(repeats.take_over("c", at(120)), [written("WRN", "a", 1)]);
        assert_eq!(repeats.admit("WRN", "b".to_owned(), at(121)), None);
        assert_eq!(repeats.take_all(), [written("WRN", "b", 1)]);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do")]
    fn so_many_texts_are_known_and_no_count_is_lost() {
        let (mut repeats, now) = (Repeats::default(), Instant::now());
        let mut seen = 0;
        for round in 0..TEXTS_MAX * 4 {
            for _ in 0..2 {
                let text = format!("text {round}");
                let over = repeats.take_over(&text, now);
                seen += over.iter().map(|repeat| repeat.count).sum::<u64>();
                repeats.admit("ERR", text, now);
            }
            assert!(repeats.0.len() <= TEXTS_MAX);
        }
        let left = repeats
            .take_all()
            .iter()
            .map(|repeat| repeat.count)
            .sum::<u64>();
        assert_eq!(seen + left, TEXTS_MAX as u64 * 4);
    }
}
