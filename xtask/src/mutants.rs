//! `mutants`: plants known bugs and expects the named suite to notice.
//!
//! A mutant is a patch in `xtask/mutants/` whose first lines say what it breaks and who must see it:
//!
//! ```text
//! # bug: a queue group delivers to every member
//! # suite: cargo test -p midge-router queue
//! # ci: yes
//! diff --git a/crates/router/src/..
//! ```
//!
//! Each is applied alone to a copy of the tree in the target folder. A suite that fails or hangs
//! has caught its bug. A patch that no longer applies or compiles is an error, and so is a suite
//! that fails without any bug: both would prove nothing. `# ci: yes` marks the quick ones,
//! which `--short` plays.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{self, End};
use crate::tree;

const FOLDER: &str = "xtask/mutants";
const BUILD_MAX: Duration = Duration::from_secs(600);
/// A suite takes seconds; a mutant may make it hang, which counts as caught.
const SUITE_MAX: Duration = Duration::from_secs(180);

struct Mutant {
    name: String,
    patch: PathBuf,
    bug: String,
    suite: String,
    quick: bool,
}

/// What became of a mutant; only the first is good.
enum Verdict {
    Caught(End),
    Survived,
    Broken(String),
}

/// `[--short] [FILTER..]`
pub fn run(args: &[String]) -> Result<()> {
    let short = args.iter().any(|arg| arg == "--short");
    let filters: Vec<_> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    let mutants: Vec<_> = load()?
        .into_iter()
        .filter(|mutant| !short || mutant.quick)
        .filter(|mutant| {
            filters.is_empty() || filters.iter().any(|part| mutant.name.contains(*part))
        })
        .collect();
    if mutants.is_empty() {
        bail!("no mutant chosen from {FOLDER}");
    }
    let field = Field::new()?;
    let mut clean = HashMap::new();
    let mut bad = 0;
    for mutant in &mutants {
        let verdict = field.play(mutant, &mut clean)?;
        bad += usize::from(!matches!(verdict, Verdict::Caught(_)));
        println!("{:<9} {:<32} {}", verdict.word(), mutant.name, mutant.bug);
        if let Verdict::Broken(reason) = verdict {
            println!("          {reason}");
        }
    }
    println!(
        "{} of {} mutants caught",
        mutants.len() - bad,
        mutants.len()
    );
    if bad > 0 {
        bail!(
            "{bad} mutants weren't caught; logs are in {}",
            field.logs.display()
        );
    }
    Ok(())
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Caught(End::TimedOut) => "hung",
            Self::Caught(_) => "caught",
            Self::Survived => "SURVIVED",
            Self::Broken(_) => "ERROR",
        }
    }
}

fn load() -> Result<Vec<Mutant>> {
    let folder = tree::root().join(FOLDER);
    let listing = fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
    let mut patches: Vec<_> = listing
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "patch"))
        .collect();
    patches.sort();
    patches.into_iter().map(parse).collect()
}

fn parse(patch: PathBuf) -> Result<Mutant> {
    let text = fs::read_to_string(&patch)?;
    let name = patch
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let header = |key: &str| header(&text, key);
    let needed = |key: &str| header(key).with_context(|| format!("{name}: no line `# {key}: ..`"));
    let suite = needed("suite")?;
    if !suite.contains("cargo test") {
        bail!("{name}: its suite must be a `cargo test` command");
    }
    Ok(Mutant {
        bug: needed("bug")?,
        suite,
        quick: header("ci").as_deref() == Some("yes"),
        name,
        patch,
    })
}

/// The value of a line `# key: value` above the patch proper.
fn header(text: &str, key: &str) -> Option<String> {
    let start = format!("# {key}:");
    let above = text.lines().take_while(|line| line.starts_with('#'));
    let value = above.filter_map(|line| line.strip_prefix(&start)).next()?;
    Some(value.trim().to_owned())
}

/// The copy of the tree in which bugs are planted.
struct Field {
    copy: PathBuf,
    build: PathBuf,
    logs: PathBuf,
}

impl Field {
    fn new() -> Result<Self> {
        let base = tree::target()?.join("mutants");
        let field = Self {
            copy: base.join("tree"),
            build: base.join("build"),
            logs: base.join("logs"),
        };
        fs::create_dir_all(&field.copy)?;
        fs::create_dir_all(&field.logs)?;
        Ok(field)
    }

    fn play(&self, mutant: &Mutant, clean: &mut HashMap<String, bool>) -> Result<Verdict> {
        let log = self.logs.join(format!("{}.log", mutant.name));
        let _ = fs::remove_file(&log);
        sync(&tree::root(), &self.copy)?;
        if !self.passes_clean(&mutant.suite, clean, &log)? {
            return Ok(Verdict::Broken(
                "the suite fails or runs nothing without the bug".into(),
            ));
        }
        if !self.apply(&mutant.patch, &log)? {
            return Ok(Verdict::Broken("the patch no longer applies".into()));
        }
        let build = mutant
            .suite
            .replacen("cargo test", "cargo test --no-run", 1);
        if !self.shell(&build, BUILD_MAX, &log)?.passed() {
            return Ok(Verdict::Broken("it doesn't compile".into()));
        }
        Ok(match self.shell(&mutant.suite, SUITE_MAX, &log)? {
            End::Passed => Verdict::Survived,
            end => Verdict::Caught(end),
        })
    }

    /// Tells whether `suite` passes on the unpatched tree and runs a test at all.
    fn passes_clean(
        &self,
        suite: &str,
        known: &mut HashMap<String, bool>,
        log: &Path,
    ) -> Result<bool> {
        if let Some(passed) = known.get(suite) {
            return Ok(*passed);
        }
        let end = self.shell(suite, BUILD_MAX + SUITE_MAX, log)?;
        let passed = end.passed() && ran_a_test(&fs::read_to_string(log)?);
        known.insert(suite.to_owned(), passed);
        Ok(passed)
    }

    fn apply(&self, patch: &Path, log: &Path) -> Result<bool> {
        let mut git = Command::new("git");
        // The copy lies inside a repository's ignored folder; git must take it for a plain folder.
        git.current_dir(&self.copy)
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.copy.parent().unwrap_or(&self.copy),
            )
            .args(["apply", "-p1"])
            .arg(patch);
        Ok(process::run(&mut git, SUITE_MAX, Some(log))?.passed())
    }

    fn shell(&self, line: &str, budget: Duration, log: &Path) -> Result<End> {
        let mut command = Command::new("sh");
        command
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", &self.build)
            .args(["-c", line]);
        process::run(&mut command, budget, Some(log))
    }
}

/// Tells whether the output of `cargo test` reports at least one test that passed.
fn ran_a_test(log: &str) -> bool {
    log.lines()
        .any(|line| line.starts_with("test result: ok") && !line.contains("ok. 0 passed"))
}

/// Makes `copy` equal to the working tree; equal files keep their times, so cargo rebuilds little.
fn sync(root: &Path, copy: &Path) -> Result<()> {
    let wanted = listed(root)?;
    for file in &wanted {
        let (from, to) = (root.join(file), copy.join(file));
        // Somebody else's file may have gone since it was listed.
        let Ok(content) = fs::read(&from) else {
            continue;
        };
        if fs::read(&to).ok().as_ref() != Some(&content) {
            fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            fs::write(&to, content)?;
        }
    }
    for file in files_below(copy)? {
        if !wanted.contains(&file) {
            fs::remove_file(copy.join(file))?;
        }
    }
    Ok(())
}

/// The files git knows or would add, which are there.
fn listed(root: &Path) -> Result<std::collections::HashSet<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]);
    let text = process::output(&mut git)?;
    let files = text
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from);
    Ok(files.filter(|file| root.join(file).is_file()).collect())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stand_above_the_patch_only() {
        let text = "# bug: x twice\n# suite: cargo test -p a\ndiff --git\n# ci: yes\n";
        assert_eq!(header(text, "bug").as_deref(), Some("x twice"));
        assert_eq!(header(text, "suite").as_deref(), Some("cargo test -p a"));
        assert_eq!(header(text, "ci"), None);
    }

    #[test]
    fn a_filter_that_matches_nothing_is_no_proof() {
        assert!(!ran_a_test(
            "test result: ok. 0 passed; 0 failed; 3 filtered out"
        ));
        assert!(ran_a_test(
            "test result: ok. 0 passed;\ntest result: ok. 2 passed; 0 failed"
        ));
        assert!(!ran_a_test("test result: FAILED. 1 passed; 1 failed"));
    }

    #[test]
    fn a_synced_copy_loses_what_was_planted() {
        let base = std::env::temp_dir().join(format!("xtask-sync-{}", std::process::id()));
        let (root, copy) = (base.join("root"), base.join("copy"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&copy).unwrap();
        assert!(
            Command::new("git")
                .arg("init")
                .arg("-q")
                .arg(&root)
                .status()
                .unwrap()
                .success()
        );
        fs::write(root.join("kept"), "good").unwrap();
        fs::write(copy.join("kept"), "planted").unwrap();
        fs::write(copy.join("left over"), "").unwrap();
        sync(&root, &copy).unwrap();
        assert_eq!(fs::read_to_string(copy.join("kept")).unwrap(), "good");
        assert!(!copy.join("left over").exists());
        fs::remove_dir_all(base).unwrap();
    }
}
