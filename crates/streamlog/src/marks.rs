//! What a store takes for durable, and what a loss of power leaves: for simulations.
use crate::{DamageKind, Storage, Store};
use std::collections::BTreeMap;

/// Up to which sequence each stream with a file is durable, by its name.
pub fn durable_marks(store: &Store) -> BTreeMap<String, u64> {
    let streams = store.streams().into_iter();
    streams
        .filter(|(_, options)| options.storage == Storage::File)
        .filter_map(|(name, _)| {
            let stream = store.stream(&name).ok()??;
            let durable = stream.0.state.lock().durable;
            Some((name, durable))
        })
        .collect()
}

/// Looks at a store that was opened after a loss of power, of which `marks` were read before.
///
/// # Errors
/// What is gone although it was durable, or looks like damage.
pub fn check_marks(marks: &BTreeMap<String, u64>, after: &Store) -> Result<(), String> {
    for (name, durable) in marks {
        let stream = after.stream(name).map_err(|error| error.to_string())?;
        let last = stream.map_or(0, |stream| stream.stats().last_seq);
        if *durable > last {
            return Err(format!(
                "{name} ends with {last} after a loss of power, and was durable up to {durable}"
            ));
        }
    }
    let damage = after.damage();
    let is_harmless = |kind| matches!(kind, DamageKind::TornTail | DamageKind::Copy);
    match damage.iter().all(|it| is_harmless(it.kind)) {
        true => Ok(()),
        false => Err(format!("{damage:?}")),
    }
}
