//! What goes wrong with the disk: for a while, or for good.

use super::Life;
use super::{Dice, interleave};
use midge_streamlog::Store;
use midge_streamlog::sim::{Call, Failure, Fault};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// What a life has to bear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    None,
    /// Calls fail now and then, in ways that pass, also while the store opens. All goes on by itself afterwards.
    Passing,
    /// From some moment on calls fail as of a broken device, once or always. Streams or the store stop, and whoever waits is told.
    Lasting,
}

/// The calls that may lack something.
const CALLS: [Call; 11] = [
    Call::Any,
    Call::List,
    Call::Create,
    Call::Open,
    Call::Rename,
    Call::Remove,
    Call::Len,
    Call::Allocate,
    Call::Read,
    Call::Write,
    Call::Map,
];
/// Calls for names and syncs: a failed one passes only if it wasn't made at all.
const SYNCS: [Call; 2] = [Call::Sync, Call::SyncDir];
/// Calls whose failure stops a stream.
const STOPS: [Call; 2] = [Call::Write, Call::Sync];
/// Calls by which a segment that was sealed is looked at first.
const LOOKS: [Call; 2] = [Call::Open, Call::Map];
/// Calls that find out what a store has.
const READS: [Call; 5] = [Call::List, Call::Open, Call::Len, Call::Read, Call::Map];
/// All files, the journal, copies of the manifest, segments.
const FILES: [&str; 4] = ["", "journal", "manifest", "0000"];

impl Trouble {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        match dice.roll(6) {
            0 | 1 => Self::Passing,
            2 => Self::Lasting,
            _ => Self::None,
        }
    }

    /// Opens the store, perhaps on a disk that can't be read at the moment: it stays shut then, or opens, and nothing that is there counts as absent.
    pub(super) fn open(self, life: &Life) -> Store {
        let open = || Store::open(Arc::new(life.disk.clone()), life.plan.store());
        if self == Self::Passing {
            let dice = &mut Dice::new(interleave::roll(u64::MAX));
            let fault = Fault::Fails {
                call: dice.pick(&READS),
                of: dice.pick(&FILES),
                failure: dice.pick(&[Failure::Descriptors, Failure::Memory, Failure::Device]),
                spared: dice.pick(&[0, 0, 1, 5]),
                times: dice.pick(&[1, 2, u64::MAX]),
            };
            life.faults.lock().unwrap().push(fault);
            life.disk.set_faults(&[fault]);
            let opened = open();
            life.disk.set_faults(&[]);
            if let Ok(store) = opened {
                return store;
            }
        }
        open().expect("the store opens")
    }

    /// The actor that makes it happen.
    pub(super) fn befall(self, life: &Life) {
        let dice = &mut Dice::new(interleave::roll(u64::MAX));
        while !life.ready.load(SeqCst) {
            interleave::pause(Duration::from_millis(1));
        }
        let at_rest = |life: &Life| life.quiet.load(SeqCst) == life.plan.clients;
        while !at_rest(life) {
            pause(dice);
            let fault = self.fault(dice);
            life.faults.lock().unwrap().push(fault);
            life.disk.set_faults(&[fault]);
            if self == Self::Lasting {
                return;
            }
            pause(dice);
            life.disk.set_faults(&[]);
        }
        life.mended.store(true, SeqCst);
    }

    fn fault(self, dice: &mut Dice) -> Fault {
        let spared = dice.pick(&[0, 0, 1, 10]);
        let times = dice.pick(&[1, 3, u64::MAX, u64::MAX]);
        let stops = self == Self::Lasting && dice.roll(3) == 0;
        let (call, failure) = match self {
            Self::Lasting if stops => (dice.pick(&STOPS), Failure::Device),
            Self::Lasting if dice.roll(2) == 0 => (dice.pick(&SYNCS), Failure::Device),
            Self::Lasting => (dice.pick(&CALLS), Failure::Device),
            _ if dice.roll(6) == 0 => return Fault::Full,
            _ if dice.roll(3) == 0 => (dice.pick(&SYNCS), Failure::Descriptors),
            _ if dice.roll(2) == 0 => {
                let failure = dice.pick(&[Failure::Descriptors, Failure::Memory]);
                (dice.pick(&LOOKS), failure)
            }
            // What a mapping finds out about the device passes as well: nothing is written through it.
            _ if dice.roll(6) == 0 => (Call::Map, Failure::Device),
            _ => {
                let failure = dice.pick(&[Failure::Descriptors, Failure::Memory, Failure::Space]);
                (dice.pick(&CALLS), failure)
            }
        };
        let of = match call {
            Call::SyncDir | Call::List => "",
            // The journal's file is there and open: no lack keeps it from being written, and what it does meet stops the store.
            Call::Any | Call::Write | Call::Sync if self == Self::Passing => "0000",
            Call::Map => "0000",
            _ if stops => "0000",
            _ => dice.pick(&FILES),
        };
        // A sync that was made and failed never passes.
        let call = match failure {
            Failure::Memory | Failure::Space if call == Call::Any => Call::Write,
            _ => call,
        };
        Fault::Fails {
            call,
            of,
            failure,
            spared,
            times,
        }
    }
}

fn pause(dice: &mut Dice) {
    let most = dice.pick(&[300, 5_000, 300_000]);
    interleave::pause(Duration::from_micros(dice.roll(most)));
}
