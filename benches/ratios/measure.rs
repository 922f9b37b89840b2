//! Two commands, timed in turn.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs of each side before times count: files are in memory then, as for all that follow.
const WARM_UPS: usize = 3;

/// Two commands to be compared.
pub(crate) struct Pair {
    pub(crate) ours: Command,
    pub(crate) theirs: Command,
    pub(crate) rounds: usize,
    /// Run before each side, and not timed: takes back what the run before did.
    pub(crate) before: Option<[Command; 2]>,
}

/// What one command took.
pub(crate) struct Side {
    /// The median of all rounds, in milliseconds.
    pub(crate) wall: f64,
    /// User and system time of a run on average, in milliseconds; `None` where the system does not tell.
    pub(crate) processor: Option<f64>,
}

/// What both commands took.
pub(crate) struct Times {
    pub(crate) ours: Side,
    pub(crate) theirs: Side,
}

#[derive(Default)]
struct Runs {
    wall: Vec<Duration>,
    ticks: Option<u64>,
}

impl Pair {
    /// Runs ours, theirs, ours, theirs and so on, so that whatever else the machine does meets both.
    pub(crate) fn run(mut self) -> Result<Times, String> {
        let mut before = self.before.map_or([None, None], |[ours, theirs]| [Some(ours), Some(theirs)]);
        for (command, before) in [&mut self.ours, &mut self.theirs].into_iter().zip(&mut before) {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            prepare(before)?;
            judged(command)?;
        }
        let (mut ours, mut theirs) = (Runs::default(), Runs::default());
        for round in 0..WARM_UPS + self.rounds {
            let counts = round >= WARM_UPS;
            prepare(&mut before[0])?;
            once(&mut self.ours, counts.then_some(&mut ours))?;
            prepare(&mut before[1])?;
            once(&mut self.theirs, counts.then_some(&mut theirs))?;
        }
        Ok(Times { ours: ours.side(), theirs: theirs.side() })
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

fn once(command: &mut Command, runs: Option<&mut Runs>) -> Result<(), String> {
    let before = ticks_of_children();
    let start = Instant::now();
    let status = command.status().map_err(|e| format!("{command:?}: {e}"))?;
    let wall = start.elapsed();
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("{command:?} ended with {status}"));
    }
    if let Some(runs) = runs {
        runs.wall.push(wall);
        if let (Some(before), Some(after)) = (before, ticks_of_children()) {
            *runs.ticks.get_or_insert(0) += after - before;
        }
    }
    Ok(())
}

impl Runs {
    fn side(mut self) -> Side {
        self.wall.sort_unstable();
        let count = self.wall.len();
        let processor = self.ticks.map(|ticks| ticks as f64 * MILLISECONDS_PER_TICK / count as f64);
        Side { wall: median(&self.wall), processor }
    }
}

/// The median in milliseconds of sorted times, of which there is at least one.
fn median(sorted: &[Duration]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted[index].as_secs_f64() * 1000.0;
    if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle - 1), at(middle)) }
}

/// Linux reports processor times in hundredths of a second, whatever its clock.
const MILLISECONDS_PER_TICK: f64 = 10.0;

/// User and system time of all children that have ended, from `/proc`: fields 16 and 17, counted from
/// behind the program's name, which may hold anything.
fn ticks_of_children() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}
