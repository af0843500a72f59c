//! What the disk lost is told where people look, and costs nothing else.

mod world;

use midge_streamlog::{Disk, sim::Fault};
use serde_json::{Value, json};
use world::{ACCOUNT, World};

#[test]
fn a_damaged_message_is_named_in_info_and_report() {
    let mut w = World::new();
    w.ask(
        "STREAM.CREATE.S",
        &json!({"name": "S", "subjects": ["s.*"]}),
    );
    for text in ["first", "needle", "third"] {
        // Large enough to go to its segment and not to the journal.
        w.publish("s.a", "", &text.repeat(100_000));
    }
    w.store.close(w.now).expect("it closes");
    let damaged = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(6).position(|window| window == b"needle");
        if let Some(at) = at {
            bytes[at] ^= 1;
        }
    };
    for name in w.disk.list().expect("a list") {
        if name.ends_with(".seg") {
            w.disk.tamper(&name, damaged);
        }
    }
    let mut w = World::on(w.disk.clone(), w.now);

    let get = |w: &mut World, seq: u64| w.ask("STREAM.MSG.GET.S", &json!({"seq": seq}));
    assert!(get(&mut w, 1)["error"].is_null() && get(&mut w, 3)["error"].is_null());
    assert!(!get(&mut w, 2)["error"].is_null(), "it is gone");

    let info = w.ask("STREAM.INFO.S", &Value::Null);
    let told = info["damage"][0].as_str().unwrap_or_default();
    assert!(
        told.starts_with("a damaged record in ") && told.ends_with("sequence 2"),
        "{info}"
    );
    assert_eq!(info["damage"], json!(w.jetstream.damage()));
}

/// Symptom: a stream whose file failed took no messages any more, and neither the health check nor the overview said so.
#[test]
fn a_stream_that_stopped_writing_alone_is_named_where_people_look() {
    let mut w = World::new();
    for name in ["S", "T"] {
        let config = json!({"name": name, "subjects": [format!("{name}.*")]});
        w.ask(&format!("STREAM.CREATE.{name}"), &config);
    }
    // Large enough to go to its segment and not to the journal.
    let large = "x".repeat(500_000);
    w.disk.set_faults(&[Fault::SyncOf("0000")]);
    w.publish("S.a", "", &large);
    w.disk.set_faults(&[]);
    w.publish("T.a", "", &large);

    let notice = |name| w.jetstream.stop_notice(ACCOUNT, name);
    let stopped = notice("S").expect("it stopped");
    assert!(
        stopped.starts_with("writing stopped: sync 0000"),
        "{stopped}"
    );
    assert!(stopped.contains("restart the server"), "{stopped}");
    assert_eq!(notice("T"), None);
    assert_eq!(w.jetstream.damage(), [format!("stream $G/S: {stopped}")]);
    let info = w.ask("STREAM.INFO.S", &Value::Null);
    assert_eq!(info["why"], *stopped, "{info}");
}
