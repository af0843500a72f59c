//! Many transcripts at once: files to sections, sections to worker threads, results to a summary.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::clock::real_now;
use crate::connection::Chunking;
use crate::transcript::{Only, Player, ProcessWorld, Row, Script, Section};

/// What to play, and how.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The server program.
    pub binary: PathBuf,
    /// Which of the two servers it is.
    pub which: Only,
    /// How clients cut their bytes.
    pub chunking: Chunking,
    /// Only sections whose `file: name` contains this text, or that have it as a tag (`@error`) or a row (`#14`).
    pub filter: String,
    /// Sections played at the same time.
    pub workers: usize,
}

/// How one section went.
#[derive(Clone, Debug)]
pub struct Played {
    /// File without its extension.
    pub file: String,
    /// Name of the section.
    pub name: String,
    /// Rows it shows.
    pub rows: Vec<Row>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What went wrong, if anything.
    pub failure: Option<String>,
    /// How long it took, with its server's start.
    pub took: Duration,
}

/// All scripts below a folder, in order of their paths.
pub fn load(folder: &Path) -> Result<Vec<Script>> {
    let mut paths = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "t" => paths.push(path),
                _ => {}
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Script::load(path)).collect()
}

impl Suite {
    /// Plays what the filter lets through; results come in the order of the files.
    pub fn play(&self, scripts: &[Script]) -> Vec<Played> {
        let todo: Vec<(&Script, &Section)> = scripts
            .iter()
            .flat_map(|script| script.sections.iter().map(move |section| (script, section)))
            .filter(|(script, section)| self.wants(script, section))
            .collect();
        let next = AtomicUsize::new(0);
        let done = Mutex::new(vec![]);
        std::thread::scope(|scope| {
            for _ in 0..self.workers.max(1) {
                scope.spawn(|| {
                    while let Some((script, section)) =
                        todo.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let played = self.play_one(script, section);
                        done.lock()
                            .expect("no worker panics with the lock")
                            .push((section.line, played));
                    }
                });
            }
        });
        let mut done = done.into_inner().expect("all workers have ended");
        done.sort_by(|(line_a, a), (line_b, b)| (&a.file, line_a).cmp(&(&b.file, line_b)));
        done.into_iter().map(|(_, played)| played).collect()
    }

    fn wants(&self, script: &Script, section: &Section) -> bool {
        if section.setup.only.is_some_and(|only| only != self.which) {
            return false;
        }
        let named = format!("{}: {}", stem(script), section.name);
        let row = self
            .filter
            .strip_prefix('#')
            .and_then(|row| row.parse().ok());
        let tag = self.filter.strip_prefix('@');
        named.contains(&self.filter)
            || row.is_some_and(|row: u16| section.rows.iter().any(|shown| shown.number == row))
            || tag.is_some_and(|tag| section.tags.iter().any(|own| own == tag))
    }

    fn play_one(&self, script: &Script, section: &Section) -> Played {
        let start = real_now();
        let failure = self
            .try_play(section)
            .err()
            .map(|why| format!("{}, {why}", script.path.display()));
        Played {
            file: stem(script),
            name: section.name.clone(),
            rows: section.rows.clone(),
            tags: section.tags.clone(),
            failure,
            took: real_now() - start,
        }
    }

    fn try_play(&self, section: &Section) -> Result<(), String> {
        let mut world = ProcessWorld::start(&self.binary, &section.setup, self.chunking)
            .map_err(|error| format!("line {}: {}\n{error:#}", section.line, section.name))?;
        let played = Player::new(&mut world).play(section);
        played.map_err(|failure| {
            const LOG_LINES: usize = 6;
            let log = world.log_tail(LOG_LINES);
            format!(
                "{failure}\n{}",
                log.lines()
                    .map(|line| format!("  log| {line}\n"))
                    .collect::<String>()
            )
        })
    }
}

/// The name of a script: its file without folder and extension.
pub fn stem(script: &Script) -> String {
    script
        .path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}
