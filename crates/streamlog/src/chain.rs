//! Which unsealed segment follows which, and where the one before it ended.
//!
//! A crash may take the end of one segment and leave the beginning of the next. Inside a segment a loss is a hole; between two it
//! would look like a gap at best, and like nothing if only commands were lost. So a segment's first record, *begin*, names the
//! segment before it and where that ended. If less was found there, the later segment counts only when something proves that all before it had
//! been durable; otherwise it never was acknowledged, and the log goes on in a new segment, which names the same one before it. The
//! newest claim wins: what it skipped is never taken up again.
use crate::record::{Head, Kind};

/// A segment in the order of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) number: u32,
    pub(crate) rewrite: u32,
    /// the segment before it and its end, when its first record can be read
    pub(crate) follows: Option<(u32, u32)>,
}

impl Link {
    /// Where the segment `before` ended, as far as this one says.
    pub(crate) fn end_of(&self, before: &Self) -> Option<u32> {
        let (number, end) = self.follows?;
        (number == before.number && before.rewrite == 0).then_some(end)
    }
}

/// What a first record says.
pub(crate) fn follows(head: &Head) -> Option<(u32, u32)> {
    let end = u32::try_from(head.seq).ok()?;
    (head.kind == Kind::Begin).then_some((head.ttl, end))
}

/// The log's order of `links`, which come sorted by number. Those which a later one skipped are left out.
pub(crate) fn in_order(links: &[Link]) -> Vec<Link> {
    let mut order: Vec<Link> = links.first().copied().into_iter().collect();
    while let Some(&last) = order.last() {
        let mut later = links.iter().filter(|link| link.number > last.number);
        let claims = |link: &&Link| {
            link.follows
                .is_some_and(|(number, _)| number == last.number)
        };
        // Without a claim the next one whose own predecessor isn't known, or is missing.
        let open = |link: &&Link| link.follows.is_none_or(|(number, _)| number > last.number);
        let next = later.clone().rfind(claims);
        match next.or_else(|| later.find(open)) {
            Some(next) => order.push(*next),
            None => break,
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(links: &[(u32, Option<u32>)], want: &[u32]) {
        let links: Vec<_> = links
            .iter()
            .map(|&(number, before)| Link {
                number,
                rewrite: 0,
                follows: before.map(|before| (before, 100)),
            })
            .collect();
        let order: Vec<u32> = in_order(&links).iter().map(|link| link.number).collect();
        assert_eq!(order, want);
    }

    #[test]
    fn the_newest_claim_wins() {
        check(&[], &[]);
        check(&[(1, None), (2, Some(1)), (3, Some(2))], &[1, 2, 3]);
        // 2 and 3 were never acknowledged: 4 goes on behind 1.
        check(
            &[(1, None), (2, Some(1)), (3, Some(2)), (4, Some(1))],
            &[1, 4],
        );
        // The first record of 3 is damaged; 2 is missing.
        check(&[(1, None), (2, Some(1)), (3, None)], &[1, 2, 3]);
        check(&[(1, None), (3, Some(2))], &[1, 3]);
    }
}
