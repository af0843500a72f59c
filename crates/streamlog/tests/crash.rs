//! The power is cut at more than 20,000 places in random work; see `sim::torture` for what is checked after each.
use midge_streamlog::{Key, Work, sim};

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_is_cut() {
    cut(20_000, None);
}

#[cfg(feature = "crypto")]
#[test]
fn nothing_encrypted_is_lost_wherever_the_power_is_cut() {
    cut(6_000, Some(&Key::new([8; 32])));
}

fn cut(cuts_min: u64, key: Option<&Key>) {
    let mut all = sim::Report::default();
    let mut seed = 1;
    while all.total() < cuts_min {
        all.add(sim::torture(seed, 250, 1, key));
        assert_eq!(all.failure, None);
        seed += 1;
    }
    for work in Work::ALL {
        assert!(
            all.cuts.get(&work).is_some_and(|&n| n > 0),
            "no cut in {work:?}: {:?}",
            all.cuts
        );
    }
}
