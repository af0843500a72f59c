//! Steps of a commit that nothing outside can hold apart.
use super::*;
use crate::{
    NewMessage, Policy, StoreOptions, Stream, StreamOptions,
    disk::{
        Disk as _, Work,
        crash::{Call, CrashDisk, Failure, Fault},
    },
    stream::Owner,
};

/// Symptom: a publish to a stream that is always synced stayed without an answer while one of an `Interval` stream was answered. Cause: a batch
/// whose frame needed no sync counted as not synced, also for the large share that had its sync in its segment. Remedy: the batch remembers that.
#[test]
fn what_was_synced_in_its_segment_is_out_beside_a_frame_that_isn_t_synced() {
    let options = StoreOptions {
        direct_bytes: 100,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(CrashDisk::new()), options).unwrap();
    let (always, _) = store.create_stream("a", StreamOptions::default()).unwrap();
    let lazy = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        ..StreamOptions::default()
    };
    let (lazy, _) = store.create_stream("l", lazy).unwrap();
    store.commit_once(0).unwrap();
    let large = always
        .append(NewMessage::new("a", &[b'x'; 200]), 0)
        .unwrap();
    let small = lazy.append(NewMessage::new("l", "x"), 0).unwrap();
    store.commit_once(1).unwrap();
    assert_eq!(small.ticket.outcome(), Some(Ok(())));
    assert_eq!(large.ticket.outcome(), Some(Ok(())));
    assert_eq!(lazy.0.state.lock().durable, 0, "the frame isn't synced");
    store.commit_once(200_000_000_000).unwrap();
    assert_eq!(lazy.0.state.lock().durable, 1);
}

/// Whatever its policy is, with bytes in its segment and with others in the journal: whoever asks for a sync has it with the next commit, and no
/// change of small state that was made after is durable before.
#[test]
fn a_stream_is_synced_for_whoever_asks() {
    for (size, seed) in [(1, 0), (200, 0), (1, 1), (200, 1)] {
        let disk = CrashDisk::new();
        let store = store_on(disk.clone(), 100);
        let lazy = StreamOptions {
            policy: Policy::Interval(Duration::from_secs(100)),
            ..StreamOptions::default()
        };
        let (lazy, _) = store.create_stream("l", lazy).unwrap();
        store.commit_once(0).unwrap();
        let append = || {
            let appended = lazy.append(NewMessage::new("l", &vec![b'x'; size]), 0);
            drop(appended.unwrap());
        };
        append();
        store.commit_once(1).unwrap();
        assert_eq!((durable_of(&lazy), lazy.stats().visible), (0, 1));
        append();
        let synced = lazy.sync().unwrap();
        let change = store.put_state(b"k", b"v").unwrap();
        assert_eq!(synced.outcome(), None);
        store.commit_once(2).unwrap();
        assert_eq!(durable_of(&lazy), 2, "{size} bytes");
        assert_eq!(
            (synced.outcome(), change.outcome()),
            (Some(Ok(())), Some(Ok(())))
        );
        append();
        store.commit_once(3).unwrap();
        assert_eq!(durable_of(&lazy), 2, "nobody asked again");
        let after = store_on(disk.cut(seed), 100);
        assert!(after.stream("l").unwrap().unwrap().stats().last_seq >= 2);
    }
}

/// Symptom: a change of small state stayed without an answer until a later batch was synced. Cause: an earlier batch took it after it had been
/// queued anew, and the batch that it was promised had nothing of it to sync. Remedy: a promise is remembered by its batch.
#[test]
fn a_change_that_an_earlier_batch_took_is_answered_with_its_own() {
    let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
    let lazy = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        ..StreamOptions::default()
    };
    let (lazy, _) = store.create_stream("l", lazy).unwrap();
    store.commit_once(0).unwrap();
    let change = store.put_state(b"k", b"v").unwrap();
    let mut taken = store.0.take_state(&mut store.0.small.lock());
    let writer = &mut *store.0.writer.lock();
    assert_eq!(store.0.write_to_manifest(writer, &mut taken), Ok(None));
    let append = |seq| lazy.append(NewMessage::new("l", "x"), seq).unwrap().ticket;
    let message = append(0);
    store.0.commit(writer, 1).unwrap();
    assert_eq!(message.outcome(), Some(Ok(())));
    assert_eq!(change.outcome(), Some(Ok(())));
    assert_eq!(lazy.0.state.lock().durable, 0, "the frame isn't synced");
}

/// Symptom: after a power cut acknowledged messages were gone. Cause: a batch that had waited for room went out when the keeper came, and the
/// keeper took what gathered behind it for written too: it sealed the segment whose bytes weren't in its file. Remedy: it commits once more.
#[test]
fn what_gathered_behind_a_held_batch_is_in_the_segment_that_is_sealed() {
    let disk = CrashDisk::new();
    let open =
        |disk: &CrashDisk| Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
    let store = open(&disk);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    store.commit_once(0).unwrap();
    let append = || {
        let message = NewMessage::new("s", &[b'x'; 900]);
        stream.append(message, 0).unwrap().ticket
    };
    let first = append();
    // As when there was no room for it.
    store.0.writer.lock().held = Some((store.0.close_batch(), Lack::Room));
    let behind: Vec<_> = (0..6).map(|_| append()).collect();
    let keep = || {
        store
            .0
            .keep(&stream, 0, &mut crate::compact::Budget::unlimited())
    };
    keep().unwrap();
    store.commit_once(0).unwrap();
    assert!(behind.iter().all(|it| it.outcome() == Some(Ok(()))));
    assert_eq!(first.outcome(), Some(Ok(())));
    keep().unwrap();
    for after in [disk.kill(), disk.cut(0), disk.cut(1)] {
        let store = open(&after);
        let stream = store.stream("s").unwrap().unwrap();
        assert_eq!(stream.read(0, 100, usize::MAX).unwrap().len(), 7);
        assert_eq!(store.check().unwrap(), vec![]);
    }
}

/// Symptom: after a power cut acknowledged messages were gone with their file. Cause: the committer found that another thread was about to make
/// the names durable, and took it for done. Remedy: who asks waits for whoever is at it.
#[test]
fn names_are_durable_for_everyone_who_asked() {
    for seed in 0..10 {
        let disk = CrashDisk::new();
        let store = Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
        disk.create("new").unwrap();
        store.0.names_dirty.store(true, Ordering::SeqCst);
        disk.before_each(|_, _| crate::interleave::pause(Duration::from_millis(5)));
        let schedule = crate::interleave::Schedule::new(seed, 0);
        for at in 1..3 {
            let (store, disk) = (store.clone(), disk.clone());
            schedule.spawn("asks", move || {
                crate::interleave::pause(Duration::from_millis(at));
                store.0.sync_names().unwrap();
                let names = disk.cut(0).list().unwrap();
                assert!(names.iter().any(|name| name == "new"), "seed {seed}");
            });
        }
        schedule.run();
    }
}

/// Symptom: after a power cut messages stayed in a work queue that its consumer was done with. Cause: a batch took small state after the shares of
/// its streams, and so a change that followed a message (or a deletion) of the next batch. Remedy: the change is taken as the batch ends.
#[test]
fn small_state_is_never_ahead_of_the_messages_that_it_follows() {
    for seed in 0..10 {
        let disk = CrashDisk::new();
        let open = |disk: &CrashDisk| {
            let options = StoreOptions {
                journal_bytes: 1 << 20,
                ..StoreOptions::default()
            };
            Store::open(Arc::new(disk.clone()), options).unwrap()
        };
        let store = open(&disk);
        let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
        store.commit_once(0).unwrap();
        let schedule = crate::interleave::Schedule::new(seed, 0);
        let follower = store.clone();
        schedule.spawn("appends", move || {
            for _ in 0..8 {
                let seq = stream.append(NewMessage::new("s", "x"), 0).unwrap().seq;
                drop(follower.put_state(b"done", &seq.to_be_bytes()).unwrap());
            }
        });
        schedule.spawn("commits", move || {
            for _ in 0..8 {
                store.commit_once(0).unwrap();
                let after = open(&disk.cut(0));
                let last = after.stream("s").unwrap().unwrap().stats().last_seq;
                let done = after.state(b"done").map(|it| it.try_into().unwrap());
                assert!(
                    done.map_or(0, u64::from_be_bytes) <= last,
                    "seed {seed}: {done:?} {last}"
                );
            }
        });
        schedule.run();
    }
}

/// Symptom: after a power cut a torn tail was taken for damage. Cause: a batch that carried nothing new of an `Interval` stream raised its
/// durable mark, which then stood above frames that no sync had seen. Remedy: the mark follows the journal's syncs alone.
#[test]
fn an_empty_share_says_nothing_of_what_is_durable() {
    let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
    let options = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(1)),
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", options).unwrap();
    store.commit_once(0).unwrap();
    drop(stream.append(NewMessage::new("a", "b"), 0).unwrap());
    store.commit_once(0).unwrap();
    let durable = || stream.0.state.lock().durable;
    assert_eq!((durable(), stream.stats().visible), (0, 1));
    // As when an earlier commit took the bytes after the stream had been queued anew.
    drop(stream.enter(&mut stream.0.state.lock(), 0));
    store.commit_once(1).unwrap();
    assert_eq!(durable(), 0, "the frame isn't synced");
    store.commit_once(2_000_000_000).unwrap();
    assert_eq!(durable(), 1, "the interval is over");
}

/// Symptom: after a power cut a consumer was done with a message that the log didn't have. Cause: a batch that was tried again took the small state
/// that had changed since then, and left behind the messages that this followed. Remedy: all of the later batch joins it.
#[test]
fn what_gathers_behind_a_held_batch_joins_it_as_a_whole() {
    let disk = CrashDisk::new();
    let open =
        |disk: &CrashDisk| Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
    let store = open(&disk);
    let [stream, other] = ["s", "other"].map(|name| {
        store
            .create_stream(name, StreamOptions::default())
            .unwrap()
            .0
    });
    store.commit_once(0).unwrap();
    let append = |stream: &Stream| stream.append(NewMessage::new("s", "x"), 0).unwrap().ticket;
    let mut tickets = vec![append(&stream)];
    store.0.writer.lock().held = Some((store.0.close_batch(), Lack::Room));
    tickets.extend([append(&stream), append(&other)]);
    tickets.push(store.put_state(b"done", b"2").unwrap());
    store.commit_once(0).unwrap();
    assert!(tickets.iter().all(|it| it.outcome() == Some(Ok(()))));
    let after = open(&disk.cut(0));
    let last = |name| after.stream(name).unwrap().unwrap().stats().last_seq;
    assert_eq!((last("s"), last("other")), (2, 1));
    assert_eq!(after.state(b"done"), Some(b"2".to_vec()));
}

/// A stream that fails with a batch fails for all whose promises the batch answers, those of the batch that was held too.
#[test]
fn what_a_failed_stream_had_in_a_held_batch_is_lost_with_it() {
    let disk = CrashDisk::new();
    let options = StoreOptions {
        direct_bytes: 100,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(disk.clone()), options).unwrap();
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    store.commit_once(0).unwrap();
    let message = NewMessage::new("s", &[b'x'; 200]);
    let first = stream.append(message, 0).unwrap().ticket;
    store.0.writer.lock().held = Some((store.0.close_batch(), Lack::Room));
    let change = store.put_state(b"k", b"v").unwrap();
    disk.set_faults(&[Fault::WriteOf("0000")]);
    store.commit_once(0).unwrap();
    assert!(matches!(first.outcome(), Some(Err(Error::Stopped { .. }))));
    assert_eq!(change.outcome(), Some(Ok(())));
}

/// A store whose shares go to their segments from `direct_bytes` on.
fn store_on(disk: CrashDisk, direct_bytes: usize) -> Store {
    let options = StoreOptions {
        direct_bytes,
        ..StoreOptions::default()
    };
    Store::open(Arc::new(disk), options).unwrap()
}

/// A stream of small segments.
fn small() -> StreamOptions {
    StreamOptions {
        segment_bytes: 4096,
        ..StreamOptions::default()
    }
}

/// Symptom: a loss of power was taken for damage. Cause: a stream failed with a large share, and what was appended meanwhile went to the journal, whose
/// later segment seemed to prove that the large share had been durable. Remedy: nothing of it is written any more.
#[test]
fn nothing_follows_the_share_with_which_a_stream_failed() {
    let disk = CrashDisk::new();
    let store = store_on(disk.clone(), 10_000);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    let append = move || {
        stream
            .append(NewMessage::new("s", &[b'x'; 3_000]), 0)
            .map(drop)
    };
    append().unwrap();
    store.commit_once(0).unwrap();
    (0..4).for_each(|_| append().unwrap());
    let later = std::sync::Once::new();
    disk.before_each(move |_, _| later.call_once(|| append().unwrap()));
    disk.set_faults(&[Fault::fails(Call::SyncDir, "", Failure::Device)]);
    store.commit_once(0).unwrap();
    store.commit_once(0).unwrap();
    let after = store_on(disk.cut(0), 10_000);
    assert_eq!(after.stream("s").unwrap().unwrap().stats().last_seq, 1);
    assert_eq!(after.damage(), []);
}

/// Symptom: damage told after a loss of power, of a stream that had stopped. Cause: what it was to write when it failed followed unsynced bytes of a
/// segment and was in no frame, and then went to the journal with what is copied forward (seed 20044 of drive's simulation). Remedy: a tail
/// knows which of its pieces no frame has.
#[test]
fn what_a_stream_failed_with_is_not_copied_forward() {
    let disk = CrashDisk::new();
    let options = StoreOptions {
        direct_bytes: 1_000,
        journal_bytes: 1 << 16,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(disk.clone()), options).unwrap();
    let lazy = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        ..small()
    };
    let (stream, _) = store.create_stream("s", lazy).unwrap();
    let (other, _) = store.create_stream("other", small()).unwrap();
    store.commit_once(0).unwrap();
    let append = |stream: &crate::Stream, len| {
        let body = vec![b'x'; len];
        stream
            .append(NewMessage::new("s", &body), 0)
            .map(drop)
            .unwrap();
        store.commit_once(1).unwrap();
    };
    append(&stream, 100);
    append(&stream, 3_000);
    let broken = Fault::Fails {
        call: Call::Write,
        of: "0000000000000001-",
        failure: Failure::Device,
        spared: 0,
        times: u64::MAX,
    };
    disk.set_faults(&[broken]);
    append(&stream, 3_000);
    assert!(stream.0.fate.failure().is_some());
    // Its interval ends, and then the ring is filled.
    store.commit_once(200_000_000_000).unwrap();
    (0..100).for_each(|_| append(&other, 500));
    let after = store_on(disk.cut(0), 1_000);
    assert_eq!(after.stream("s").unwrap().unwrap().stats().last_seq, 1);
    assert_eq!(after.damage(), []);
}

/// Symptom: a stream ended before what it took for durable after a loss of power, or what was never durable was told as damage. Cause: a share that follows
/// unsynced bytes of a segment went to the journal, because its segment could neither be written nor synced at the moment; the journal's sync then seemed
/// to cover all before it. Remedy: the batch waits.
#[test]
fn nothing_is_durable_that_follows_unsynced_bytes() {
    let disk = CrashDisk::new();
    let store = store_on(disk.clone(), 100);
    let lazy = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        ..StreamOptions::default()
    };
    let (stream, _) = store.create_stream("s", lazy).unwrap();
    store.commit_once(0).unwrap();
    let append = || {
        stream
            .append(NewMessage::new("s", &[b'x'; 200]), 0)
            .map(drop)
    };
    append().unwrap();
    store.commit_once(1).unwrap();
    append().unwrap();
    let fails = |call, failure| Fault::fails(call, "0000", failure);
    disk.set_faults(&[
        fails(Call::Write, Failure::Space),
        fails(Call::Sync, Failure::Descriptors),
    ]);
    assert!(store.commit_once(2).unwrap().waits_for_room);
    store.0.writer.lock().sync_journal().unwrap();
    let ends_well = || {
        let after = store_on(disk.cut(0), 100);
        let last = after.stream("s").unwrap().unwrap().stats().last_seq;
        assert_eq!((last, after.damage()), (durable_of(&stream), vec![]));
        last
    };
    assert_eq!(ends_well(), 0);
    disk.set_faults(&[]);
    store.commit_once(3).unwrap();
    store.commit_once(200_000_000_000).unwrap();
    assert_eq!(ends_well(), 2);
}

fn durable_of(stream: &Stream) -> u64 {
    stream.0.state.lock().durable
}

/// Symptom: after a kill acknowledged messages were gone, or what had been removed was told as damage. Cause: a segment without a message went
/// while the one before it wasn't sealed yet; those that are scanned name each other, and the log seemed to end there. Remedy: it stays until then.
#[test]
fn no_segment_goes_before_all_that_precede_it_are_sealed() {
    let disk = CrashDisk::new();
    let store = store_on(disk.clone(), 100);
    let (stream, _) = store.create_stream("s", small()).unwrap();
    let append = |stream: &Stream| drop(stream.append(NewMessage::new("s", &[b'x'; 3_000]), 0));
    append(&stream);
    append(&stream);
    store.commit_once(0).unwrap();
    let (later, once) = (stream.clone(), std::sync::Once::new());
    disk.before_each(move |_, work| {
        if work == Work::Footer {
            once.call_once(|| {
                append(&later);
                append(&later);
                drop(later.delete_many(&[3]).unwrap());
            });
        }
    });
    store.maintain_once(0).unwrap();
    disk.forget_hook();
    let ends_well = || {
        let after = store_on(disk.kill(), 100);
        let stats = after.stream("s").unwrap().unwrap().stats();
        assert_eq!((stats.last_seq, stats.msgs, after.damage()), (4, 3, vec![]));
    };
    ends_well();
    store.maintain_once(0).unwrap();
    ends_well();
    assert_eq!(stream.0.state.lock().dropped.len(), 0);
}

/// Symptom: the ring was filled with empty frames. Cause: a stream that is deleted while frames are copied forward had nothing to copy, and kept its
/// oldest frame. Remedy: nothing is copied when that doesn't help.
///
/// Symptom: after a power cut a stream was there without its messages. Cause: a stream that is gone needs no frames, but a deletion that no commit
/// has taken may be lost. Remedy: it needs them until then.
#[test]
fn a_stream_needs_its_frames_until_its_deletion_is_committed() {
    let disk = CrashDisk::new();
    let options = || StoreOptions {
        journal_bytes: 1 << 16,
        ..StoreOptions::default()
    };
    let store = Store::open(Arc::new(disk.clone()), options()).unwrap();
    let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
    drop(stream.append(NewMessage::new("s", "x"), 0).unwrap());
    store.commit_once(0).unwrap();
    {
        let w = &mut *store.0.writer.lock();
        store.0.write_manifest(w).unwrap();
        drop(store.delete_stream("s").unwrap());
        let next = w.journal.next_number();
        assert_eq!(store.0.copy_forward(w), Ok(false));
        assert_eq!(w.journal.next_number(), next, "no frame was written");
        let _ = store.0.make_room(w, 60 << 10);
    }
    let after = Store::open(Arc::new(disk.cut(0)), options()).unwrap();
    assert_eq!(after.stream("s").unwrap().unwrap().stats().msgs, 1);
    store.commit_once(0).unwrap();
    let w = &mut *store.0.writer.lock();
    assert!(store.0.pinned(w, 1).is_none() && !w.pins.needs(1));
}

/// Symptom: a stream whose deletion was never acknowledged had lost its files after a power cut. Cause: the keeper took a deletion for durable that
/// stood in a frame whose sync had failed. Remedy: it looks for the failure, and syncs what isn't.
#[test]
fn no_file_goes_before_the_deletion_of_its_stream_is_durable() {
    for fault in [
        Fault::SyncOf("journal"),
        Fault::fails(Call::Sync, "journal", Failure::Descriptors),
    ] {
        let disk = CrashDisk::new();
        let options = StoreOptions {
            direct_bytes: 100,
            ..StoreOptions::default()
        };
        let store = Store::open(Arc::new(disk.clone()), options).unwrap();
        let (stream, _) = store.create_stream("s", StreamOptions::default()).unwrap();
        store.commit_once(0).unwrap();
        drop(stream.append(NewMessage::new("s", &[0; 200]), 0).unwrap());
        store.commit_once(0).unwrap();
        drop(store.delete_stream("s").unwrap());
        disk.set_faults(&[fault]);
        let _ = store.commit_once(0);
        assert!(store.0.bury().is_err(), "{fault:?}");
        let after = Store::open(Arc::new(disk.cut(0)), StoreOptions::default()).unwrap();
        let stream = after.stream("s").unwrap().unwrap();
        assert!(stream.get(1).unwrap().is_some(), "{fault:?}");
    }
}

/// Symptom: a publish to a stream that was being changed from always to an interval stayed without an answer. Cause: between the end of its batch
/// and the look at the stream the policy changed, and nothing of the batch was synced. Remedy: the stream remembers the batch that it promised a sync.
#[test]
fn a_promise_outlives_a_change_of_policy() {
    let store = Store::open(Arc::new(CrashDisk::new()), StoreOptions::default()).unwrap();
    let (stream, _) = store.create_stream("a", StreamOptions::default()).unwrap();
    store.commit_once(0).unwrap();
    drop(stream.append(NewMessage::new("a", "x"), 0).unwrap());
    let promised = stream.append(NewMessage::new("a", "x"), 0).unwrap().ticket;
    let owner = || vec![Owner::Stream(stream.0.clone())];
    // The batch before this one took the bytes after the stream had been queued anew.
    drop(store.0.take(promised.batch() - 1, owner()));
    let (number, owners) = store.0.gate.close();
    assert_eq!((number, owners.len()), (promised.batch(), 1));
    let lazy = StreamOptions {
        policy: Policy::Interval(Duration::from_secs(100)),
        ..StreamOptions::default()
    };
    drop(store.update_stream("a", lazy).unwrap());
    let shares = store.0.take(number, owners);
    assert_eq!(shares[0].policy, Policy::Always);
    let later = store.0.take(number + 1, owner());
    assert_ne!(later[0].policy, Policy::Always);
}

/// Symptom: damage to a frame took a key back to an older value. Cause: the frame carried old state on, before new state both times, so that the second
/// old value came after the first new one when the second new one couldn't be read. Remedy: what a frame changes isn't carried on in it.
#[test]
fn what_a_frame_carries_on_never_covers_what_it_changes() {
    let disk = CrashDisk::new();
    let open =
        |disk: &CrashDisk| Store::open(Arc::new(disk.clone()), StoreOptions::default()).unwrap();
    let store = open(&disk);
    let put = |key: &[u8], value: &[u8]| {
        drop(store.put_state(key, value).unwrap());
        store.commit_once(0).unwrap();
    };
    put(b"k", b"value before");
    put(b"kept", b"value kept");
    store.0.writer.lock().carry.state = true;
    put(b"k", b"value after");
    // It tells that the frame was durable.
    put(b"other", b"x");
    for copy in 0..2 {
        let after = disk.kill();
        after.tamper("journal", |bytes| {
            let places = bytes.windows(11).enumerate();
            let places = places.filter(|(_, it)| it == b"value after");
            let places: Vec<usize> = places.map(|(at, _)| at).collect();
            assert_eq!(places.len(), 2);
            bytes[places[copy]] ^= 1;
        });
        let store = open(&after);
        assert_eq!(store.state(b"k"), Some(b"value after".to_vec()), "{copy}");
        assert_eq!(store.state(b"kept"), Some(b"value kept".to_vec()));
    }
}
