//! What the log's lines look like, and which there are.

use super::*;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A log in a file of its own.
struct Scene {
    folder: TempDir,
    log: Log,
}

impl Scene {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        let log = Log::open(&options).unwrap();
        Self { folder, log }
    }

    /// The lines of what `work` says, without the process id.
    fn lines(&self, work: impl FnOnce()) -> Vec<String> {
        tracing::subscriber::with_default(self.log.clone(), work);
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        let pid = format!("[{}] ", std::process::id());
        let without = |line: &str| line.strip_prefix(&pid).unwrap().to_owned();
        text.lines().map(without).collect()
    }
}

fn options(folder: &Path) -> Options {
    Options {
        log_file: Some(folder.join("log")),
        logtime: false,
        ..Options::default()
    }
}

/// Symptom: the log said `damage found`, and neither what, nor where. Cause: the writer kept the message and dropped the fields. Remedy: a
/// line shows all of them.
#[test]
fn a_line_shows_every_field_of_its_event() {
    let lines = Scene::new(|_| ()).lines(|| {
        let error = io::Error::from_raw_os_error(5);
        let (stream, none) = (Some(7), None::<u64>);
        tracing::warn!(stream, none, file = %"7-1.seg", offset = 4096, sequences = %"5 to 9", "damage found");
        tracing::error!(%error, is_kept = true, share = 0.5, "JetStream can't write {}", "it");
        tracing::info!("no field");
    });
    let error = "Input/output error (os error 5)";
    assert_eq!(
        lines,
        [
            "[WRN] damage found stream=7 file=7-1.seg offset=4096 sequences=\"5 to 9\"".to_owned(),
            format!("[ERR] JetStream can't write it error=\"{error}\" is_kept=true share=0.5"),
            "[INF] no field".to_owned(),
        ]
    );
}

/// Clients choose names and subjects.
#[test]
fn an_event_is_one_line_and_steers_no_terminal() {
    let lines = Scene::new(|_| ()).lines(|| {
        let name = "a\n[1] 2026/01/01 00:00:00.000000 [INF] all is well\x1b[2J";
        tracing::info!(name, empty = "", plain = "$G/user:derek", "client {name}");
        tracing::info!(path = r#"C:\a "b""#, sum = "a=b", "quotes");
    });
    let shown = r"a\n[1] 2026/01/01 00:00:00.000000 [INF] all is well\u{1b}[2J";
    assert_eq!(
        lines,
        [
            format!("[INF] client {shown} name=\"{shown}\" empty=\"\" plain=$G/user:derek"),
            r#"[INF] quotes path="C:\\a \"b\"" sum="a=b""#.to_owned(),
        ]
    );
}

/// Symptom: after a reload with `debug: true` calls that were made before stayed silent, and those of a server started with it went on after
/// `debug: false`. Cause: each call remembers once and for all whether it is shown. Remedy: a change of the levels makes all ask again.
#[test]
fn a_reload_changes_what_is_shown_of_calls_made_before() {
    let scene = Scene::new(|_| ());
    let reload = |debug, trace| {
        let mut options = options(scene.folder.path());
        (options.debug, options.trace) = (debug, trace);
        scene.log.configure(&options).unwrap();
    };
    let say = |round| {
        tracing::debug!("debug {round}");
        tracing::trace!("trace {round}");
    };
    let lines = scene.lines(|| {
        say(1);
        reload(true, false);
        say(2);
        reload(false, true);
        say(3);
        reload(false, false);
        say(4);
    });
    assert_eq!(lines, ["[DBG] debug 2", "[TRC] trace 3"]);
}

#[test]
fn what_a_loop_says_again_is_counted_and_what_the_program_says_is_not() {
    let scene = Scene::new(|_| ());
    let lines = scene.lines(|| {
        for seq in [1, 1, 1, 2] {
            tracing::warn!(target: "midge_streamlog::keep", seq, "again");
            tracing::info!(target: "midge_streamlog::keep", "more");
        }
        for _ in 0..2 {
            tracing::error!(target: OURS, "Failed to reload");
        }
        scene.log.finish();
    });
    assert_eq!(
        lines,
        [
            "[WRN] again seq=1",
            "[INF] more",
            "[INF] more",
            "[INF] more",
            "[WRN] again seq=2",
            "[INF] more",
            "[ERR] Failed to reload",
            "[ERR] Failed to reload",
            "[WRN] again seq=1 repeated=2",
        ]
    );
}

/// Symptom: with a log file a connection ended by a fault of the server had a line that said so, and the fault itself was nowhere. Cause: panics
/// are written to stderr. Remedy: to the log as well.
#[test]
fn a_panic_is_an_error_with_its_text_and_place() {
    log_panics();
    let lines = Scene::new(|_| ()).lines(|| {
        let fault = std::panic::catch_unwind(|| panic!("of {}", "this test"));
        fault.unwrap_err();
    });
    let [line] = &*lines else {
        panic!("{lines:?}");
    };
    for part in [
        "[ERR] a thread panicked thread=",
        " error=\"of this test\"",
        "log/tests.rs:",
        " way_out=",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// Symptom: the line of a panic was missing now and then. Cause: a thread that panics wrote none while any thread had the log, which could have
/// been itself. Remedy: only itself counts; it waits for others.
#[test]
fn a_panic_while_another_thread_writes_has_its_line() {
    struct SaysSo;
    impl Drop for SaysSo {
        fn drop(&mut self) {
            assert!(std::thread::panicking());
            tracing::error!("said by a thread that panics");
        }
    }
    let scene = Scene::new(|_| ());
    let lines = scene.lines(|| {
        let state = scene.log.0.state.lock();
        let log = scene.log.clone();
        let panics = std::thread::spawn(|| {
            tracing::subscriber::with_default(log, || {
                let _last = SaysSo;
                std::panic::resume_unwind(Box::new("a fault"));
            });
        });
        // Time enough to give up, if it does.
        for _ in 0..200 {
            if panics.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(state);
        panics.join().unwrap_err();
    });
    assert_eq!(lines, ["[ERR] said by a thread that panics"]);
}

/// A thread that panics while it writes would wait for itself.
#[test]
fn a_panic_while_the_same_thread_writes_ends() {
    let scene = Scene::new(|_| ());
    let lines = scene.lines(|| {
        scene.log.with_state(|_| tracing::error!("within"));
        tracing::info!("after");
    });
    assert_eq!(lines, ["[INF] after"]);
}

/// As nats-server has them, when its stderr is a terminal.
#[test]
fn levels_have_the_colours_of_the_reference() {
    let layout = Layout {
        colors: true,
        ..Layout::default()
    };
    let pid = std::process::id();
    for (level, color) in [
        ("INF", "32"),
        ("DBG", "36"),
        ("WRN", "0;93"),
        ("ERR", "31"),
        ("FTL", "31"),
        ("TRC", "33"),
    ] {
        let line = format!("[{pid}] [\x1b[{color}m{level}\x1b[0m] text\n");
        assert_eq!(layout.line(level, "text"), line);
    }
}
