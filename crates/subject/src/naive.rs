//! The meaning of filters, slowly: the model that tests, fuzzers and readers trust.
//!
//! Nothing here is clever, so that a child could check it.

/// Whether `filter` matches `subject`: token by token, `*` any one, a final `>` all that follow.
pub fn matches(filter: &[u8], subject: &[u8]) -> bool {
    let (filter, subject) = (split(filter), split(subject));
    let (fixed, tail) = match filter.split_last() {
        Some((&b">", fixed)) => (fixed, true),
        _ => (&filter[..], false),
    };
    let whole = |tokens: &[&[u8]]| tokens.iter().all(|token| !token.is_empty());
    let long_enough = if tail {
        subject.len() > fixed.len()
    } else {
        subject.len() == fixed.len()
    };
    let same = |(f, s): (&&[u8], &&[u8])| *f == b"*" || (*f == *s && *f != b">");
    whole(&filter) && whole(&subject) && long_enough && fixed.iter().zip(&subject).all(same)
}

fn split(subject: &[u8]) -> Vec<&[u8]> {
    subject.split(|&byte| byte == b'.').collect()
}
