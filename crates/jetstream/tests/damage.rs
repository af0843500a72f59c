//! What the disk lost is told where people look, and costs nothing else.

mod world;

use midge_streamlog::Disk;
use serde_json::{Value, json};
use world::World;

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
