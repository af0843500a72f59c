//! How two filters, or a filter and a subject, lie to each other; no allocation, one pass.

use crate::token::{STAR, TAIL, is_well_formed, tokens};

/// Whether `filter` matches `subject`; the fast twin of [`naive::matches`](crate::naive::matches).
pub fn matches(filter: &[u8], subject: &[u8]) -> bool {
    let (mut filter, mut subject) = (tokens(filter), tokens(subject));
    loop {
        match (filter.next(), subject.next()) {
            (None, None) => return true,
            (Some(TAIL), Some(token)) => {
                return filter.next().is_none()
                    && !token.is_empty()
                    && subject.all(|token| !token.is_empty());
            }
            (Some(wanted), Some(token))
                if !token.is_empty() && (wanted == token || wanted == STAR) => {}
            _ => return false,
        }
    }
}

/// Whether some subject is matched by both filters. Malformed filters overlap nothing.
pub fn overlaps(a: &[u8], b: &[u8]) -> bool {
    if !is_well_formed(a) || !is_well_formed(b) {
        return false;
    }
    let (mut a, mut b) = (tokens(a), tokens(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) | (Some(TAIL), Some(_)) | (Some(_), Some(TAIL)) => return true,
            (Some(x), Some(y)) if x == y || x == STAR || y == STAR => {}
            _ => return false,
        }
    }
}

/// Whether `of` matches every subject that `sub` matches. `false` when one of them is malformed, so that a
/// permission check is never satisfied by nonsense.
pub fn is_subset(sub: &[u8], of: &[u8]) -> bool {
    if !is_well_formed(sub) || !is_well_formed(of) {
        return false;
    }
    let (mut sub, mut of) = (tokens(sub), tokens(of));
    loop {
        match (sub.next(), of.next()) {
            (None, None) | (Some(_), Some(TAIL)) => return true,
            (Some(x), Some(y)) if x == y || (y == STAR && x != TAIL) => {}
            _ => return false,
        }
    }
}
