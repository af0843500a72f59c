//! The power is cut at more than 20,000 places in random work; see `sim::torture` for what is checked after each.
use midge_streamlog::{Work, sim};

const CUTS_MIN: u64 = 20_000;

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_is_cut() {
    let mut all = sim::Report::default();
    let mut seed = 1;
    while all.total() < CUTS_MIN {
        all.add(sim::torture(seed, 250, 1));
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
