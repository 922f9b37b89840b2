//! Two pieces of work, timed in turn.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a piece of work is: commands, one after the other.
pub(crate) type Work = Vec<Command>;

/// The argument that makes this program print the peak memory of the command behind it.
pub(crate) const PEAK: &str = "--peak";

/// Two pieces of work to be compared.
pub(crate) struct Pair {
    pub(crate) ours: Work,
    pub(crate) theirs: Work,
    /// Run before each side, and not timed: takes back what the run before did.
    pub(crate) before: Option<[Command; 2]>,
}

/// What one side took.
pub(crate) struct Side {
    /// The median of all rounds, in milliseconds.
    pub(crate) wall: f64,
    /// User and system time of a round on average, in milliseconds; `None` where the system does not tell.
    pub(crate) processor: Option<f64>,
    /// The most memory that one of its processes held, in megabytes.
    pub(crate) memory: Option<f64>,
}

/// What both sides took.
pub(crate) struct Times {
    pub(crate) ours: Side,
    pub(crate) theirs: Side,
    pub(crate) rounds: usize,
}

#[derive(Default)]
struct Runs {
    wall: Vec<Duration>,
    processor: Option<Duration>,
}

impl Pair {
    /// Runs ours, theirs, ours, theirs and so on, so that whatever else the machine does meets both.
    pub(crate) fn run(mut self, rounds: usize) -> Result<Times, String> {
        let mut before = self.before.map_or([None, None], |[ours, theirs]| [Some(ours), Some(theirs)]);
        let mut peaks = [None, None];
        for (side, work) in [&mut self.ours, &mut self.theirs].into_iter().enumerate() {
            prepare(&mut before[side])?;
            for command in work.iter_mut() {
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                judged(command)?;
            }
            prepare(&mut before[side])?;
            peaks[side] = peak(work)?;
        }
        let (mut ours, mut theirs) = (Runs::default(), Runs::default());
        // Files are in memory after the first rounds, as for all that follow.
        let warm_ups = (rounds / 5).clamp(1, 3);
        for round in 0..warm_ups + rounds {
            let counts = round >= warm_ups;
            prepare(&mut before[0])?;
            once(&mut self.ours, counts.then_some(&mut ours))?;
            prepare(&mut before[1])?;
            once(&mut self.theirs, counts.then_some(&mut theirs))?;
        }
        Ok(Times { ours: ours.side(peaks[0]), theirs: theirs.side(peaks[1]), rounds })
    }
}

fn prepare(command: &mut Option<Command>) -> Result<(), String> {
    let Some(command) = command else { return Ok(()) };
    let status = command.status().map_err(|e| format!("{command:?}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}")) }
}

/// Runs a command once more, to see that it does its work: a program that gives up is fast.
fn judged(command: &mut Command) -> Result<(), String> {
    let output = command.stderr(Stdio::piped()).output().map_err(|e| format!("{command:?}: {e}"))?;
    command.stderr(Stdio::null());
    match output.status.code() {
        // Findings are a judgement; exit code 2 is none.
        Some(0 | 1) => Ok(()),
        code => Err(format!("{command:?} ended with {code:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn once(work: &mut Work, runs: Option<&mut Runs>) -> Result<(), String> {
    let before = usage::processor();
    let start = Instant::now();
    for command in work {
        let status = command.status().map_err(|e| format!("{command:?}: {e}"))?;
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("{command:?} ended with {status}"));
        }
    }
    let wall = start.elapsed();
    if let Some(runs) = runs {
        runs.wall.push(wall);
        if let (Some(before), Some(after)) = (before, usage::processor()) {
            *runs.processor.get_or_insert_default() += after - before;
        }
    }
    Ok(())
}

impl Runs {
    fn side(mut self, memory: Option<f64>) -> Side {
        self.wall.sort_unstable();
        let count = self.wall.len();
        let processor = self.processor.map(|time| time.as_secs_f64() * 1000.0 / count as f64);
        Side { wall: median(&self.wall), processor, memory }
    }
}

/// The median in milliseconds of sorted times, of which there is at least one.
fn median(sorted: &[Duration]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted[index].as_secs_f64() * 1000.0;
    if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle - 1), at(middle)) }
}

/// The peak of the largest of these commands. A system tells the largest of all children that ever were, so
/// each command gets a small parent of its own.
fn peak(work: &[Command]) -> Result<Option<f64>, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut largest: f64 = 0.0;
    for command in work {
        let mut parent = Command::new(&own);
        parent.arg(PEAK).arg(command.get_program()).args(command.get_args()).env_clear();
        parent.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            parent.current_dir(folder);
        }
        let output = parent.stdin(Stdio::null()).output().map_err(|e| format!("{parent:?}: {e}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            return Err(format!("{parent:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let Ok(megabytes) = text.trim().parse::<f64>() else { return Ok(None) };
        largest = largest.max(megabytes);
    }
    Ok(Some(largest))
}

/// Runs a command and says how many megabytes it held at most.
pub(crate) fn print_peak(arguments: &[String], out: &mut impl std::io::Write) -> Result<(), String> {
    let [program, rest @ ..] = arguments else { return Err("a command is needed".to_string()) };
    let mut command = Command::new(program);
    command.args(rest).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().map_err(|e| format!("{command:?}: {e}"))?;
    let megabytes = usage::peak().map_or_else(|| "-".to_string(), |m| m.to_string());
    writeln!(out, "{megabytes}").map_err(|e| e.to_string())
}

/// What the system says of the children that have ended.
#[cfg(unix)]
mod usage {
    use std::time::Duration;

    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    fn children() -> Option<Usage> {
        getrusage(UsageWho::RUSAGE_CHILDREN).ok()
    }

    /// User and system time of all of them together.
    pub(super) fn processor() -> Option<Duration> {
        let time = |value: TimeVal| -> Option<Duration> {
            let (seconds, micros) = (value.tv_sec().try_into().ok()?, value.tv_usec().try_into().ok()?);
            Some(Duration::from_secs(seconds) + Duration::from_micros(micros))
        };
        let usage = children()?;
        Some(time(usage.user_time())? + time(usage.system_time())?)
    }

    /// Megabytes of the largest. Apple counts bytes, others kibibytes.
    pub(super) fn peak() -> Option<f64> {
        let unit = if cfg!(target_vendor = "apple") { 1.0 } else { 1024.0 };
        Some(children()?.max_rss() as f64 * unit / 1e6)
    }
}

#[cfg(not(unix))]
mod usage {
    pub(super) fn processor() -> Option<std::time::Duration> {
        None
    }

    pub(super) fn peak() -> Option<f64> {
        None
    }
}
