//! Mappings: which transform a published subject goes through, chosen by weight.

use super::Transform;
use crate::{
    Error, Trie, is_subset,
    token::{is_well_formed, white_space},
};

/// The whole, of which weights are shares.
const WHOLE: u8 = 100;

/// Where a share of a mapping's messages goes.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The destination of a [`Transform`].
    pub subject: &'a [u8],
    /// The share in percent, 0 to 100.
    pub weight: u8,
    /// Only on servers of this cluster; a cluster that is named has its own whole of weights.
    pub cluster: Option<&'a str>,
}

/// Rewrites the subjects of one filter into several shapes, each with its share.
///
/// What is missing to 100 stays where it is; but when the source itself stands among the destinations, the missing
/// share is dropped (a way to test with lost messages).
#[derive(Debug, Clone)]
pub struct Mapping {
    source: Box<[u8]>,
    /// Each with the sum of the weights up to its own; sums <= `WHOLE`. `None` leaves the subject as it is.
    choices: Vec<(u8, Option<Transform>)>,
}

/// What became of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// No mapping, or the share that stays: `out` is untouched.
    Unchanged,
    /// `out` got the new subject.
    Moved,
    /// The message goes nowhere.
    Dropped,
}

impl Mapping {
    /// All subjects of `source` to one destination.
    pub fn to(source: &[u8], subject: &[u8]) -> Result<Self, Error> {
        Self::new(
            source,
            &[Destination {
                subject,
                weight: WHOLE,
                cluster: None,
            }],
            None,
        )
    }

    /// Subjects of `source` by weight, as seen by a server of `cluster`. All destinations are validated, also those
    /// of other clusters.
    pub fn new(
        source: &[u8],
        destinations: &[Destination<'_>],
        cluster: Option<&str>,
    ) -> Result<Self, Error> {
        if !is_well_formed(source) || white_space(source).is_some() {
            return Err(Error::TransformSubject);
        }
        for (i, destination) in destinations.iter().enumerate() {
            check(source, destination, &destinations[..i])?;
        }
        let is_ours = |destination: &&Destination<'_>| destination.cluster == cluster;
        let ours = cluster.filter(|_| destinations.iter().any(|destination| is_ours(&destination)));
        let mut sum = 0;
        let mut choices = Vec::new();
        let mut names_source = false;
        for destination in destinations
            .iter()
            .filter(|destination| destination.cluster == ours)
        {
            sum += destination.weight;
            names_source |= destination.subject == source;
            choices.push((
                sum,
                Some(Transform::new(source, destination.subject, false)?),
            ));
        }
        if !names_source && sum < WHOLE {
            choices.push((WHOLE, None));
        }
        Ok(Self {
            source: source.into(),
            choices,
        })
    }

    /// Whose subjects are rewritten.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Appends the subject's new shape to `out`, chosen by `rng`, which is asked only if there is a choice.
    pub fn apply(
        &self,
        subject: &[u8],
        rng: &mut impl FnMut() -> u64,
        out: &mut Vec<u8>,
    ) -> Mapped {
        if !is_subset(subject, &self.source) {
            return Mapped::Unchanged;
        }
        let is_sure = self
            .choices
            .first()
            .is_some_and(|(share, _)| *share == WHOLE);
        let point = if is_sure {
            0
        } else {
            (rng() % u64::from(WHOLE)) as u8
        };
        match self.choices.iter().find(|(sum, _)| point < *sum) {
            None => Mapped::Dropped,
            Some((_, None)) => Mapped::Unchanged,
            Some((_, Some(transform))) => {
                transform.apply(subject, rng, out);
                Mapped::Moved
            }
        }
    }
}

fn check(
    source: &[u8],
    destination: &Destination<'_>,
    earlier: &[Destination<'_>],
) -> Result<(), Error> {
    if earlier.iter().any(|it| it.subject == destination.subject) {
        let destination = String::from_utf8_lossy(destination.subject).into_owned();
        return Err(Error::DuplicateDestination { destination });
    }
    if destination.weight > WHOLE {
        return Err(Error::WeightTooLarge);
    }
    Transform::new(source, destination.subject, false)?;
    let peers = earlier
        .iter()
        .filter(|it| it.cluster == destination.cluster);
    let sum: u32 =
        peers.map(|it| u32::from(it.weight)).sum::<u32>() + u32::from(destination.weight);
    if sum > u32::from(WHOLE) {
        Err(Error::WeightsTooLarge)
    } else {
        Ok(())
    }
}

/// All mappings of an account. A subject goes through at most one: the one for just this subject, else the first
/// whose source matches.
///
/// (The reference takes any of those that match, by chance of its map's order; this order is one it may take.)
#[derive(Debug, Clone, Default)]
pub struct Mappings {
    list: Vec<Mapping>,
    /// Sources to places in `list`.
    by_source: Trie<usize>,
}

impl Mappings {
    /// Adds a mapping; it replaces, in place, one with the same source.
    pub fn insert(&mut self, mapping: Mapping) {
        match self.by_source.get(&mapping.source) {
            [place] => self.list[*place] = mapping,
            _ => {
                self.by_source.insert(&mapping.source, self.list.len());
                self.list.push(mapping);
            }
        }
    }

    /// How many mappings there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The mappings in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mapping> {
        self.list.iter()
    }

    /// The mapping that `subject` goes through.
    pub fn find(&self, subject: &[u8]) -> Option<&Mapping> {
        let mut first: Option<&Mapping> = None;
        let mut rank = (true, usize::MAX);
        self.by_source.for_each_match(subject, |place| {
            let mapping = &self.list[*place];
            let its_rank = (*mapping.source != *subject, *place);
            if its_rank < rank && is_subset(subject, &mapping.source) {
                (first, rank) = (Some(mapping), its_rank);
            }
        });
        first
    }

    /// Puts `subject` through its mapping, if it has one; see [`Mapping::apply`].
    pub fn apply(
        &self,
        subject: &[u8],
        rng: &mut impl FnMut() -> u64,
        out: &mut Vec<u8>,
    ) -> Mapped {
        self.find(subject).map_or(Mapped::Unchanged, |mapping| {
            mapping.apply(subject, rng, out)
        })
    }
}

impl FromIterator<Mapping> for Mappings {
    fn from_iter<I: IntoIterator<Item = Mapping>>(mappings: I) -> Self {
        let mut all = Self::default();
        mappings.into_iter().for_each(|mapping| all.insert(mapping));
        all
    }
}
